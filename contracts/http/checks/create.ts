import type { Check } from '../../check.ts'
import { expectSame, fail } from '../../expect.ts'
import { asked, came, jsonOf } from '../expect.ts'
import { create, item, newOrder, orderOf, post, refuse } from '../service.ts'
import { ask, type HttpTarget } from '../target.ts'

/** One character for a reader, one code point, two UTF-16 code units, four bytes of UTF-8. */
const emoji = '📦'

export const creating: readonly Check<HttpTarget>[] = [
  {
    name: 'POST /orders answers 201 with the whole order, and Location leads to it',
    async run(target) {
      const body = newOrder({ items: [item, { sku: 'XYZ', quantity: 1 }], note: 'Ring twice' })
      const answer = await post(target, body)
      const order = orderOf(answer, jsonOf(answer, 201))
      const { id, createdAt } = order
      expectSame(asked(answer), order, { ...body, id, createdAt })
      expectSame('the Location of the 201', answer.headers.get('location'), `/orders/${id}`)
      expectSame(`GET /orders/${id}`, jsonOf(await ask(target, `/orders/${id}`), 200), order)
    },
  },
  {
    name: 'an order gets a UUID of its own and the time of its creation: RFC 3339, in UTC',
    async run(target) {
      const orders = [await create(target), await create(target)]
      const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
      const utc = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|\+00:00)$/
      for (const { id, createdAt } of orders) {
        if (!uuid.test(id)) fail('id', 'a UUID (RFC 9562) in lower case', id)
        if (!utc.test(createdAt)) fail('createdAt', 'RFC 3339 in UTC', createdAt)
        const minutes = Math.abs(Date.parse(createdAt) - Date.now()) / 60_000
        if (!(minutes < 10)) fail('createdAt', 'about now', createdAt)
      }
      if (orders[0]?.id === orders[1]?.id) fail('two orders', 'two ids', `${orders[0]?.id} twice`)
    },
  },
  {
    name: 'an order without a note has no note, not even null',
    async run(target) {
      const order = await create(target)
      if ('note' in order) fail('an order without a note', 'no property note', String(order.note))
    },
  },
  {
    name: 'gives text back as it came: spaces, quotes, markup, accents, line breaks',
    async run(target) {
      for (const text of [
        '  padded  ',
        '"\\\'',
        '</script>&amp;',
        'é e\u0301 ß 中',
        'a\r\nb\t\0',
      ]) {
        const order = await create(target, newOrder({ customerId: text, note: text }))
        expectSame('customerId and note', [order.customerId, order.note], [text, text])
      }
    },
  },
  {
    name: 'a customerId has 1 to 64 characters, counted in code points: 64 emoji pass',
    async run(target) {
      for (const customerId of ['c', 'c'.repeat(64), emoji.repeat(64)]) {
        await create(target, newOrder({ customerId }))
      }
      for (const customerId of ['', 'c'.repeat(65), emoji.repeat(65)]) {
        await refuse(target, newOrder({ customerId }), '/customerId')
      }
    },
  },
  {
    name: 'an order has 1 to 50 items',
    async run(target) {
      const items = (length: number) => newOrder({ items: Array.from({ length }, () => item) })
      for (const length of [1, 50]) await create(target, items(length))
      for (const length of [0, 51]) await refuse(target, items(length), '/items')
    },
  },
  {
    name: 'a sku is 3 to 20 of A-Z, 0-9 and the hyphen, from its first character to its last',
    async run(target) {
      const items = (sku: string) => newOrder({ items: [{ sku, quantity: 1 }] })
      for (const sku of ['A-1', 'ABCDEFGHIJKLMNOPQRST', '---', '000']) {
        await create(target, items(sku))
      }
      const wrong = [
        '',
        'AB',
        'ABCDEFGHIJKLMNOPQRSTU',
        'abc',
        'A_C',
        ' ABC',
        'ABC\n',
        'ÀBC',
        '１２３',
      ]
      for (const sku of wrong) await refuse(target, items(sku), '/items/0/sku')
    },
  },
  {
    name: 'a quantity is a whole number from 1 to 100',
    async run(target) {
      const items = (quantity: number) => newOrder({ items: [{ sku: 'ABC', quantity }] })
      for (const quantity of [1, 100]) await create(target, items(quantity))
      for (const quantity of [0, 101, -1, 1.5, 1e21]) {
        await refuse(target, items(quantity), '/items/0/quantity')
      }
    },
  },
  {
    name: 'a note has at most 200 characters, counted in code points: 200 emoji pass',
    async run(target) {
      for (const note of ['', 'n'.repeat(200), emoji.repeat(200)]) {
        await create(target, newOrder({ note }))
      }
      for (const note of ['n'.repeat(201), emoji.repeat(201)]) {
        await refuse(target, newOrder({ note }), '/note')
      }
    },
  },
  {
    name: 'refuses a quantity sent as text: "2" is not 2',
    async run(target) {
      for (const quantity of ['2', '2.0', '']) {
        await refuse(target, newOrder({ items: [{ ...item, quantity }] }), '/items/0/quantity')
      }
    },
  },
  {
    name: 'turns nothing into a number: true, null and [2] are no quantities',
    async run(target) {
      for (const quantity of [true, false, null, [2], {}]) {
        await refuse(target, newOrder({ items: [{ ...item, quantity }] }), '/items/0/quantity')
      }
    },
  },
  {
    name: 'turns nothing into text: 1, true, null and ["a"] are neither customerId, sku nor note',
    async run(target) {
      for (const value of [1, true, null, ['a'], {}]) {
        await refuse(target, newOrder({ customerId: value }), '/customerId')
        await refuse(target, newOrder({ items: [{ ...item, sku: value }] }), '/items/0/sku')
        if (value !== null) await refuse(target, newOrder({ note: value }), '/note')
      }
    },
  },
  {
    name: 'turns nothing into a list: items must be one, and an item an object',
    async run(target) {
      for (const items of [item, 'ABC', null, { 0: item }, 1]) {
        await refuse(target, newOrder({ items }), '/items')
      }
      for (const value of ['ABC', null, 1, [item]]) {
        await refuse(target, newOrder({ items: [value] }), '/items/0')
      }
    },
  },
  {
    name: 'names a missing property at its own pointer: /items, not the order around it',
    async run(target) {
      await refuse(target, { items: [item] }, '/customerId')
      await refuse(target, { customerId: 'c' }, '/items')
      await refuse(target, {}, '/customerId', '/items')
      await refuse(target, newOrder({ items: [item, { sku: 'ABC' }] }), '/items/1/quantity')
      await refuse(target, newOrder({ items: [{ quantity: 1 }] }), '/items/0/sku')
    },
  },
  {
    name: 'refuses a property it does not know, at its own pointer',
    async run(target) {
      await refuse(target, newOrder({ colour: 'red' }), '/colour')
      await refuse(target, newOrder({ items: [{ ...item, colour: 'red' }] }), '/items/0/colour')
      await refuse(target, newOrder({ a: 1, b: null }), '/a', '/b')
      await refuse(
        target,
        newOrder({ CustomerId: 'c', customer_id: 'c' }),
        '/CustomerId',
        '/customer_id',
      )
    },
  },
  {
    name: 'takes no property that only the service may set: id, createdAt, riskScore',
    async run(target) {
      for (const name of ['id', 'createdAt', 'riskScore']) {
        await refuse(target, newOrder({ [name]: 'x' }), `/${name}`)
      }
    },
  },
  {
    name: 'names every fault at once: nine in one order',
    async run(target) {
      await refuse(
        target,
        {
          customerId: 5,
          extra: 1,
          note: 'n'.repeat(201),
          items: [{ sku: 'x', quantity: '2' }, { quantity: 0, foo: 1 }, 7],
        },
        '/customerId',
        '/extra',
        '/note',
        '/items/0/sku',
        '/items/0/quantity',
        '/items/1/sku',
        '/items/1/quantity',
        '/items/1/foo',
        '/items/2',
      )
    },
  },
  {
    name: 'stores nothing of what it refuses',
    async run(target) {
      const { id } = await create(target)
      await refuse(target, newOrder({ colour: 'red' }), '/colour')
      await refuse(target, newOrder({ items: [item, 7] }), '/items/1')
      const answer = await ask(target, '/orders?limit=1')
      const body = jsonOf(answer, 200) as { orders?: { id?: unknown }[] }
      if (body.orders?.[0]?.id !== id) fail(asked(answer), `the order ${id}`, came(answer))
    },
  },
]
