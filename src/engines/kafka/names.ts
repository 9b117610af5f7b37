/** The topic that carries what a service tells the world: one for each service, so that all its events of one key stay in order. */
export const topicOf = (prefix: string, source: string): string => `${prefix}${source}`

/** The group whose members share a consumer's work. */
export const groupOf = (prefix: string, service: string, consumer: string): string => `${prefix}${service}.${consumer}`
