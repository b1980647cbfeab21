import type { Check } from '../../check.ts'
import { expectSame, fail } from '../../expect.ts'
import { expectJson, failAnswer, formatRequest } from '../expect.ts'
import { create, expectInvalid, expectOrder, item, newOrder, post } from '../service.ts'
import { ask, type HttpTarget } from '../target.ts'

/** One code point, two UTF-16 code units, four bytes of UTF-8. */
const emoji = '📦'

export const creating: readonly Check<HttpTarget>[] = [
  {
    name: 'POST /orders answers 201 with the whole order, and Location leads to it',
    async run(target) {
      const body = newOrder({ items: [item, { sku: 'XYZ', quantity: 1 }], note: 'Ring twice' })
      const answer = await post(target, body)
      const order = expectOrder(answer, expectJson(answer, 201))
      const { id, createdAt } = order
      expectSame(formatRequest(answer), order, { ...body, id, createdAt })
      expectSame('the Location of the 201', answer.headers.get('location'), `/orders/${id}`)
      expectSame(`GET /orders/${id}`, expectJson(await ask(target, `/orders/${id}`), 200), order)
    },
  },
  {
    name: 'a new order gets its own UUID and its creation time in UTC (RFC 3339)',
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
    name: 'text is stored and returned unchanged: spaces, quotes, markup, accents, line breaks',
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
        await expectInvalid(target, newOrder({ customerId }), '/customerId')
      }
    },
  },
  {
    name: 'an order has 1 to 50 items',
    async run(target) {
      const items = (length: number) => newOrder({ items: Array.from({ length }, () => item) })
      for (const length of [1, 50]) await create(target, items(length))
      for (const length of [0, 51]) await expectInvalid(target, items(length), '/items')
    },
  },
  {
    name: 'a sku is 3 to 20 characters, each of them A-Z, 0-9 or a hyphen',
    async run(target) {
      const items = (sku: string) => newOrder({ items: [{ sku, quantity: 1 }] })
      for (const sku of ['A-1', 'ABCDEFGHIJKLMNOPQRST', '---', '000']) {
        await create(target, items(sku))
      }
      const invalid = [
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
      for (const sku of invalid) await expectInvalid(target, items(sku), '/items/0/sku')
    },
  },
  {
    name: 'a quantity is an integer from 1 to 100',
    async run(target) {
      const items = (quantity: number) => newOrder({ items: [{ sku: 'ABC', quantity }] })
      for (const quantity of [1, 100]) await create(target, items(quantity))
      for (const quantity of [0, 101, -1, 1.5, 1e21]) {
        await expectInvalid(target, items(quantity), '/items/0/quantity')
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
        await expectInvalid(target, newOrder({ note }), '/note')
      }
    },
  },
  {
    name: 'a quantity sent as text is rejected: "2" is not 2',
    async run(target) {
      for (const quantity of ['2', '2.0', '']) {
        await expectInvalid(
          target,
          newOrder({ items: [{ ...item, quantity }] }),
          '/items/0/quantity',
        )
      }
    },
  },
  {
    name: 'no other type is converted to a number: true, null and [2] are no quantities',
    async run(target) {
      for (const quantity of [true, false, null, [2], {}]) {
        await expectInvalid(
          target,
          newOrder({ items: [{ ...item, quantity }] }),
          '/items/0/quantity',
        )
      }
    },
  },
  {
    name: 'no other type is converted to text: 1, true, null and ["a"] are neither customerId, sku nor note',
    async run(target) {
      for (const value of [1, true, null, ['a'], {}]) {
        await expectInvalid(target, newOrder({ customerId: value }), '/customerId')
        await expectInvalid(target, newOrder({ items: [{ ...item, sku: value }] }), '/items/0/sku')
        if (value !== null) await expectInvalid(target, newOrder({ note: value }), '/note')
      }
    },
  },
  {
    name: 'no other type is converted to a list or an object: items must be a list of objects',
    async run(target) {
      for (const items of [item, 'ABC', null, { 0: item }, 1]) {
        await expectInvalid(target, newOrder({ items }), '/items')
      }
      for (const value of ['ABC', null, 1, [item]]) {
        await expectInvalid(target, newOrder({ items: [value] }), '/items/0')
      }
    },
  },
  {
    name: 'a missing property is reported at its own pointer: /items, not the order around it',
    async run(target) {
      await expectInvalid(target, { items: [item] }, '/customerId')
      await expectInvalid(target, { customerId: 'c' }, '/items')
      await expectInvalid(target, {}, '/customerId', '/items')
      await expectInvalid(target, newOrder({ items: [item, { sku: 'ABC' }] }), '/items/1/quantity')
      await expectInvalid(target, newOrder({ items: [{ quantity: 1 }] }), '/items/0/sku')
    },
  },
  {
    name: 'an unknown property is rejected at its own pointer',
    async run(target) {
      await expectInvalid(target, newOrder({ color: 'red' }), '/color')
      await expectInvalid(
        target,
        newOrder({ items: [{ ...item, color: 'red' }] }),
        '/items/0/color',
      )
      await expectInvalid(target, newOrder({ a: 1, b: null }), '/a', '/b')
      await expectInvalid(
        target,
        newOrder({ CustomerId: 'c', customer_id: 'c' }),
        '/CustomerId',
        '/customer_id',
      )
      // Another spelling is no substitute for the property.
      await expectInvalid(
        target,
        { customer_id: 'c', items: [item] },
        '/customer_id',
        '/customerId',
      )
    },
  },
  {
    name: 'an order that sets id, createdAt or riskScore is rejected',
    async run(target) {
      for (const name of ['id', 'createdAt', 'riskScore']) {
        await expectInvalid(target, newOrder({ [name]: 'x' }), `/${name}`)
      }
    },
  },
  {
    name: 'a 422 lists every error of an order: nine at once',
    async run(target) {
      await expectInvalid(
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
    name: 'an order that is rejected is not stored',
    async run(target) {
      const { id } = await create(target)
      await expectInvalid(target, newOrder({ color: 'red' }), '/color')
      await expectInvalid(target, newOrder({ items: [item, 7] }), '/items/1')
      const answer = await ask(target, '/orders?limit=1')
      const body = expectJson(answer, 200) as { orders?: { id?: unknown }[] }
      if (body.orders?.[0]?.id !== id) failAnswer(answer, `the order ${id}`)
    },
  },
]
