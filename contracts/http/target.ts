/** The service that the checks of the HTTP contract run against: a program on a port, or one inside a page. */
export interface HttpTarget {
  /** `path` begins with a slash and may have a query. */
  fetch(path: string, init?: RequestInit): Promise<Response>
}

/** A request and its response, as text. */
export interface Exchange {
  readonly method: string
  readonly path: string
  /** The media type in lower case without parameters, or an empty string. */
  readonly requestType: string
  /** The body of the request if it was sent as text, not as bytes. */
  readonly requestText: string | undefined
  readonly status: number
  /** The media type in lower case without parameters, or an empty string. */
  readonly type: string
  readonly headers: Headers
  readonly text: string
}

/** A target that remembers all exchanges, so that a check can compare them with the OpenAPI document. */
export interface RecordedTarget extends HttpTarget {
  readonly exchanges: readonly Exchange[]
}

/** Wraps a target so that its exchanges are remembered, in the order of the answers. */
export function record(target: HttpTarget): RecordedTarget {
  const exchanges: Exchange[] = []
  return {
    exchanges,
    async fetch(path, init = {}) {
      const response = await target.fetch(path, init)
      exchanges.push(await readExchange(path, init, response.clone()))
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
  return readExchange(path, init, await target.fetch(path, init))
}

async function readExchange(
  path: string,
  init: RequestInit,
  response: Response,
): Promise<Exchange> {
  return {
    method: init.method ?? 'GET',
    path,
    requestType: getMediaType(new Headers(init.headers)),
    requestText: typeof init.body === 'string' ? init.body : undefined,
    status: response.status,
    type: getMediaType(response.headers),
    headers: response.headers,
    text: await response.text(),
  }
}

function getMediaType(headers: Headers): string {
  return (headers.get('content-type') ?? '').replace(/;.*/s, '').trim().toLowerCase()
}
