import { z } from 'astro/zod'
import { WithoutFigures } from '../figures.ts'

/** A question on the page "Which backend?". `content/decisions.json` holds all, each under its id. */
export const Decision = z.strictObject({
  id: z.string(),
  about: z.enum(['framework', 'language', 'messages']),
  question: WithoutFigures.endsWith('?'),
  take: z.string().describe('the id of an example, or words where no example exists'),
  because: WithoutFigures,
  price: WithoutFigures.describe('what the choice costs'),
  evidence: z.string().startsWith('/').describe('the path on this site that shows it'),
  claims: z.array(z.string()).describe('the claims that the reason repeats'),
})
