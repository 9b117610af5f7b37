import {
  Admin,
  Consumer,
  MessagesStreamModes,
  Producer,
  stringDeserializers,
  stringSerializers,
} from '@platformatic/kafka'
import { startKafka } from '#tools/engines/kafka.ts'
import { comesBack } from '#test/support/engines/coming-back.ts'

const TOPIC = 'words'

/** Reads the topic from its beginning to its end. */
const read = async (url: string): Promise<readonly string[]> => {
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [url] })
  const consumer = new Consumer({
    clientId: 'test',
    groupId: `test-${performance.now()}`,
    bootstrapBrokers: [url],
    deserializers: stringDeserializers,
  })
  try {
    if (!(await admin.listTopics()).includes(TOPIC)) return []
    const stream = await consumer.consume({ topics: [TOPIC], mode: MessagesStreamModes.EARLIEST })
    for await (const message of stream) return [message.value]
    return []
  } finally {
    await consumer.close(true)
    await admin.close()
  }
}

const write = async (url: string): Promise<void> => {
  const admin = new Admin({ clientId: 'test', bootstrapBrokers: [url] })
  const producer = new Producer({ clientId: 'test', bootstrapBrokers: [url], serializers: stringSerializers })
  try {
    await admin.createTopics({ topics: [TOPIC], partitions: 1, replicas: 1 })
    await producer.send({ messages: [{ topic: TOPIC, key: 'a', value: '장터' }], acks: -1 })
  } finally {
    await producer.close()
    await admin.close()
  }
}

comesBack(startKafka, { read, write, expected: [[], ['장터'], ['장터']] })
