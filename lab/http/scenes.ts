/** The requests that the lab sends. */

export interface ScenarioRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: string
  /** The status of every answer. */
  readonly status: number
}

/** An order with two items and a note, about 120 bytes. */
const order = {
  customerId: 'customer-42',
  items: [
    { sku: 'TEA-BLACK-100', quantity: 2 },
    { sku: 'CUP-WHITE', quantity: 4 },
  ],
  note: 'Please leave it at the door.',
}

/** The same order with three errors. */
const invalid = {
  ...order,
  customerId: '',
  items: [
    { sku: 'tea', quantity: 2 },
    { sku: 'CUP-WHITE', quantity: 0 },
  ],
}

export const scenes = ['post', 'get', 'quote', 'rejected'] as const

export type Scene = (typeof scenes)[number]

/** @param id an order that the service keeps */
export function requestOf(scene: Scene, id: string): ScenarioRequest {
  return {
    post: { method: 'POST', path: '/orders', body: JSON.stringify(order), status: 201 },
    get: { method: 'GET', path: `/orders/${id}`, status: 200 },
    quote: { method: 'GET', path: `/orders/${id}/quote`, status: 200 },
    rejected: { method: 'POST', path: '/orders', body: JSON.stringify(invalid), status: 422 },
  }[scene] as ScenarioRequest
}
