import type { APIRoute } from 'astro'
import type { Example } from '../../../model/examples/example.ts'
import { stackblitzPayload } from '../../../model/examples/stackblitz-payload.ts'
import { openPaths } from './_paths.ts'

export const getStaticPaths = openPaths

/** What the button passes to the StackBlitz SDK. */
export const GET: APIRoute<{ example: Example }> = ({ props }) =>
  Response.json(stackblitzPayload(props.example))
