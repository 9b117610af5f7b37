/**
 * Settings of the embedded server, written anew at each start; what an operator adds to `local.conf` beside them wins.
 * Durability stays on: an acknowledged order survives a power cut.
 */
export const configuration = (): string =>
  Object.entries({
    // Reached over a Unix socket in a folder only this user can enter, so nothing listens on the network.
    listen_addresses: '',
    unix_socket_permissions: '0700',
    max_connections: 200,
    shared_buffers: '256MB',
    effective_cache_size: '2GB',
    wal_buffers: '16MB',
    // Kept segments are renamed instead of created: creating one stalls commits for about 50 ms.
    min_wal_size: '1GB',
    max_wal_size: '4GB',
    checkpoint_timeout: '15min',
    random_page_cost: 1.1,
    jit: 'off',
    fsync: 'on',
    synchronous_commit: 'on',
    // The data of a laptop's shop fits in memory: workers that read ahead would only idle.
    io_method: 'sync',
    // A server that crashes ends: the supervisor restarts it with growing pauses. By itself it would do so, and log it, some
    // sixteen times a second for as long as a disk is full.
    restart_after_crash: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // A failing statement may hold personal data, so its text stays out of the log.
    log_min_error_statement: 'panic',
    log_parameter_max_length: 0,
    log_checkpoints: 'off',
  })
    .map(([name, value]) => `${name} = '${value}'\n`)
    .join('')

/** What is appended to the `postgresql.conf` that initdb makes. */
export const includes = "\ninclude_if_exists = 'jangteo.conf'\ninclude_if_exists = 'local.conf'\n"
