/** What the checks of the HTTP contract run against: a program on a port, or one inside a page. */
export interface HttpTarget {
  /** `path` begins with a slash and may hold a query. Follows no redirect when `init.redirect` is `manual`. */
  fetch(path: string, init?: RequestInit): Promise<Response>
}

/** A request and its response, as text. */
export interface Exchange {
  readonly method: string
  readonly path: string
  /** The media type of the request without its parameters, in lower case; empty when there is none. */
  readonly requestType: string
  /** The body of the request where it was sent as text, undefined where it was bytes or none. */
  readonly requestText: string | undefined
  readonly status: number
  /** The media type of the response without its parameters, in lower case; empty when there is none. */
  readonly type: string
  readonly headers: Headers
  readonly text: string
}

/** A target that remembers what was asked and answered, so that a check can hold the OpenAPI document against it. */
export interface RecordedTarget extends HttpTarget {
  readonly exchanges: readonly Exchange[]
}

/** Wraps a target so that all its exchanges are remembered, in the order in which they were answered. */
export function record(target: HttpTarget): RecordedTarget {
  const exchanges: Exchange[] = []
  return {
    exchanges,
    async fetch(path, init = {}) {
      const response = await target.fetch(path, init)
      exchanges.push(await exchange(path, init, response.clone()))
      return response
    },
  }
}

/** Sends a request and reads the whole response. */
export async function ask(
  target: HttpTarget,
  path: string,
  init: RequestInit = {},
): Promise<Exchange> {
  return exchange(path, init, await target.fetch(path, init))
}

async function exchange(path: string, init: RequestInit, response: Response): Promise<Exchange> {
  return {
    method: init.method ?? 'GET',
    path,
    requestType: mediaType(new Headers(init.headers)),
    requestText: typeof init.body === 'string' ? init.body : undefined,
    status: response.status,
    type: mediaType(response.headers),
    headers: response.headers,
    text: await response.text(),
  }
}

function mediaType(headers: Headers): string {
  return (headers.get('content-type') ?? '').replace(/;.*/s, '').trim().toLowerCase()
}
