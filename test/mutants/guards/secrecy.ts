import type { Mutant } from '../mutant.ts'

const passwords = ['src/services/auth/passwords/password.test.ts', 'src/services/auth/passwords/weak-password.test.ts']

/** Passwords that are no secret, and words to engines that others could read. */
export const secrecy: readonly Mutant[] = [
  {
    guard: 'the most used are no passwords',
    file: 'src/services/auth/passwords/weak-password.ts',
    text: 'if (common.has(each) || ',
    without: 'if (',
    tests: passwords,
  },
  {
    guard: 'an option of an address that nobody reads is refused',
    file: 'src/kernel/net/address.ts',
    text: 'if (!known.includes(name)) {',
    without: 'if (known.includes(name) && known.length > 99) {',
    tests: ['src/engines/postgres/connection/url.test.ts', 'src/host/stores/required-encryption.test.ts'],
  },
  {
    guard: 'an sslmode nobody understands is not taken for none',
    file: 'src/engines/postgres/connection/url.ts',
    text: 'if (found) return found',
    without: "return found ?? 'disable'",
    tests: ['src/engines/postgres/connection/url.test.ts'],
  },
  {
    guard: 'rediss asks for TLS',
    file: 'src/engines/redis/address.ts',
    text: "...(protocol === 'rediss' && { tls: {} }),",
    without: '',
    tests: ['src/host/stores/required-encryption.test.ts'],
  },
  {
    guard: 'mail that is to be encrypted waits for TLS',
    file: 'src/engines/mail/address.ts',
    text: "requireTLS: !secure && (tls === 'on' || (!loopback && tls !== 'off')),",
    without: 'requireTLS: false,',
    tests: ['src/host/stores/required-encryption.test.ts'],
  },
  {
    guard: 'the driver does not go by PGSSLMODE, which it takes for none where it is misspelt',
    file: 'src/settings.ts',
    text: 'sslModeOf(mode)\n',
    without: '\n',
    tests: ['src/host/stores/required-encryption.test.ts'],
  },
]
