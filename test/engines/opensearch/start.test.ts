import assert from 'node:assert/strict'
import { Client } from '@opensearch-project/opensearch'
import { startOpenSearch } from '#tools/engines/opensearch.ts'
import { comesBack } from '#test/support/engines/coming-back.ts'

const INDEX = 'words'

comesBack(startOpenSearch, {
  read: async (node) => {
    const client = new Client({ node })
    const { body } = await client.search({ index: INDEX, q: 'word:장터' }, { ignore: [404] })
    await client.close()
    return 'hits' in body ? body.hits.hits.map((each) => each._id) : []
  },
  write: async (node) => {
    const client = new Client({ node })
    const { body } = await client.index({ index: INDEX, id: '1', body: { word: '장터' }, refresh: true })
    await client.close()
    assert.equal(body.result, 'created')
  },
  expected: [[], ['1'], ['1']],
})
