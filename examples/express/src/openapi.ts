import { z } from 'zod'
import { createDocument } from 'zod-openapi'
import * as models from './models.ts'

// #region openapi
const { Health, ListQuery, NewOrder, Order, OrderList, Problem, Quote } = models

const json = (description: string, schema: z.ZodType) => ({
  description,
  content: { 'application/json': { schema } },
})
const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: Problem } },
})
const invalid = problem('Invalid input, with every error')
const requestParams = { path: z.object({ id: z.string() }) }
const idErrors = { 400: problem('Undecodable'), 404: problem('No such order') }

/** Written by hand. Only tests notice when a route answers differently. */
export const openapi = createDocument({
  openapi: '3.1.0',
  info: { title: 'Orders', version: '1.0.0' },
  components: { schemas: { NewOrder, Order, Problem } },
  paths: {
    '/health': { get: { responses: { 200: json('Healthy', Health) } } },
    '/orders': {
      get: {
        requestParams: { query: ListQuery },
        responses: { 200: json('Newest first', OrderList), 422: invalid },
      },
      post: {
        requestBody: { required: true, ...json('What to order', NewOrder) },
        responses: {
          201: {
            ...json('The order', Order),
            headers: z.object({ Location: z.string() }),
          },
          400: problem('Malformed JSON'),
          413: problem('Over 64 KiB'),
          415: problem('Unknown charset or encoding'),
          422: invalid,
        },
      },
    },
    '/orders/{id}': {
      get: {
        requestParams,
        responses: { 200: json('The order', Order), ...idErrors },
      },
    },
    '/orders/{id}/quote': {
      get: {
        requestParams,
        responses: { 200: json('Its price', Quote), ...idErrors },
      },
    },
  },
})
// #endregion
