/** How each command is called. One line says what it does, more lines say what it can be told. */
export const usage = {
  start: 'npm start: opens the whole shop in one process, until Ctrl-C',
  cluster: `npm run cluster [-- --placement FILE --engines NAME,NAME]: every host of a placement as a process on this machine
  --placement FILE    which hosts (deploy/placements/cluster.json)
  --engines NAME,…    engines of its own: redis, kafka, opensearch, zipkin, prometheus (all of them); embedded: none but
                      the embedded PostgreSQL`,
  serve: `npm run serve -- <service…> [--port N]                                  a host with just these, which need no others
npm run serve -- --placement FILE --host NAME [--replica N] [--port N]  a host of a placement`,
  engines:
    'npm run engines [-- NAME …]: engines on this machine, for a shop started by hand; by default redis, kafka, ' +
    'opensearch and zipkin, and toxiproxy when named',
  migrate: 'npm run migrate: brings the schemas up to date',
  seed: 'npm run seed: loads what is missing of the sample catalogue',
  reseal: 'npm run reseal: seals under JANGTEO_SECRET what lies under JANGTEO_SECRET_ALSO',
  status: `npm run status [-- --json]: what runs, and what needs a person
  --json  the same for a program`,
  audit: `npm run audit [-- --json --grace SECONDS --acknowledged FILE]: checks what must always hold over the live data
  --json               the report as JSON
  --grace SECONDS      how long work between services may take before it counts as lost (300)
  --acknowledged FILE  ids of orders, one a line, that customers were told of: each must exist`,
  'dead-letters': `npm run dead-letters                                            events that could not be taken in
npm run dead-letters -- show <service.consumer> <source> <id>     one of them, with payload and error
npm run dead-letters -- redrive <service.consumer> <source> <id>  has it tried again now, those waiting behind it next
npm run dead-letters -- redrive [<service> …]                     has every dead one (of those services) tried again`,
  'search-index': `npm run search-index             how far the index of the search engine is
npm run search-index -- rebuild  has a new one made beside it, and tells how far that is until it is searched`,
  openapi: `npm run -s openapi [-- --events]: prints the document of the public API
  --events  the events that services emit, as AsyncAPI`,
} as const

/** What every command can be asked. */
export const COMMON_OPTIONS = `  --help               this
  --version            the version of the shop`
