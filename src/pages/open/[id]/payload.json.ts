import type { APIRoute, GetStaticPaths } from 'astro'
import { readExamples, type Example } from '../../../model/examples/example.ts'
import { payload } from '../../../model/examples/payload.ts'

export const getStaticPaths = (() =>
  readExamples()
    .filter(({ manifest }) => manifest.runs.stackblitz === true)
    .map((example) => ({
      params: { id: example.id },
      props: { example },
    }))) satisfies GetStaticPaths

/** What the button hands to the StackBlitz SDK. */
export const GET: APIRoute<{ example: Example }> = ({ props }) =>
  Response.json(payload(props.example))
