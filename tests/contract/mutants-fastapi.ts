import type { Mutant } from './mutate.ts'

/** Mutants that change the same file. */
function inFile(file: string, ...mutants: readonly Omit<Mutant, 'file'>[]): Mutant[] {
  return mutants.map((mutant) => ({ file, ...mutant }))
}

const logCheck = 'each request is logged in one line on standard output, without a URL in it'
const levelCheck =
  'an empty LOG_LEVEL means the default, and an unknown one is an error that names the valid levels'
const exitCheck =
  'the service exits 0 within 5 s of SIGTERM while connections are idle, silent or stuck half-way'
const idCheck = 'a new order gets its own UUID and its creation time in UTC (RFC 3339)'
const validCheck = 'GET /openapi.json returns a valid OpenAPI 3.1 document'
const listenCheck =
  'prints one line with its address when it is ready, and listens on 127.0.0.1 only'
const takenCheck =
  'listens on PORT, and exits with an error before it prints an address when PORT is taken'
const portCheck = 'listens on port 3000 when PORT is not set or empty'

const main = inFile(
  'main.py',
  {
    fault: 'a half-sent request keeps the process alive',
    from: ', timeout_graceful_shutdown=2',
    to: '',
    fails: [exitCheck],
  },
  {
    fault: 'SIGTERM ends the process with 143',
    from: '(signal.SIGINT, signal.SIGTERM)',
    to: '(signal.SIGINT,)',
    fails: [exitCheck],
  },
  {
    fault: 'SIGTERM is ignored',
    from: 'uvicorn.Server(config)',
    to: 'uvicorn.Server.handle_exit = lambda *_: None\nuvicorn.Server(config)',
    fails: ['new connections are refused after SIGTERM'],
  },
  {
    fault: 'SIGTERM cuts requests in flight',
    from: 'uvicorn.Server(config)',
    to: 'uvicorn.Server.handle_exit = lambda *_: os._exit(0)\nuvicorn.Server(config)',
    fails: ['the 20 quotes in flight at SIGTERM are finished'],
  },
  {
    fault: 'the service listens on all addresses',
    from: '"127.0.0.1"',
    to: '"0.0.0.0"',
    fails: [listenCheck],
  },
  {
    fault: 'a second line has a URL',
    from: 'print(f"Listening',
    to: 'print("Docs: http://127.0.0.1/docs")\nprint(f"Listening',
    fails: [listenCheck],
  },
  {
    fault: 'an empty HOST means every address',
    from: 'get("HOST") or "127.0.0.1"',
    to: 'get("HOST", "127.0.0.1")',
    fails: ['an empty HOST counts as not set: the program listens on 127.0.0.1 only'],
  },
  {
    fault: 'HOST is ignored',
    from: '(host, int(port))',
    to: '("127.0.0.1", int(port))',
    fails: ['listens on HOST, and exits with an error when HOST is not an address of this machine'],
  },
  {
    fault: 'an IPv6 address is printed without brackets',
    from: 'f"[{host}]" if is_ipv6 else host',
    to: 'host',
    fails: ['prints an address that a client can open when HOST is ::1'],
  },
  { fault: 'PORT is ignored', from: '(host, int(port))', to: '(host, 0)', fails: [takenCheck] },
  {
    fault: 'the service exits 0 when it cannot listen',
    from: 'sys.exit(f"Cannot listen',
    to: 'sys.exit(0 and f"Cannot listen',
    fails: [takenCheck],
  },
  {
    fault: 'the default port is not 3000',
    from: 'or "3000"',
    to: 'or "0"',
    fails: [portCheck],
  },
  {
    fault: 'an empty PORT is invalid',
    from: 'get("PORT") or "3000"',
    to: 'get("PORT", "3000")',
    fails: [portCheck],
  },
  {
    fault: 'a PORT that is not a number is not noticed',
    from: 'not port.isdecimal() or int(port)',
    to: 'float(port)',
    fails: ['a PORT that is not a number from 0 to 65535 is an error that names PORT'],
  },
  {
    fault: 'LOG_LEVEL is ignored',
    from: 'log_level=levels[level]',
    to: 'log_level="info"',
    fails: ['LOG_LEVEL=silent leaves the address as the only line on standard output'],
  },
  {
    fault: 'an empty LOG_LEVEL is unknown',
    from: 'get("LOG_LEVEL") or "info"',
    to: 'get("LOG_LEVEL", "info")',
    fails: [levelCheck],
  },
  {
    fault: 'the error of an unknown LOG_LEVEL does not name the levels',
    from: ' Use one of: {names}.',
    to: '',
    fails: [levelCheck],
  },
  {
    fault: 'a request is logged twice',
    from: '    return True',
    to: '    logging.getLogger("uvicorn.access").handlers[0].emit(record)\n    return True',
    fails: [logCheck],
  },
  {
    fault: 'the log contains the query of a request',
    from: 'path.split("?")[0]',
    to: 'path',
    fails: [logCheck],
  },
)

const store = inFile(
  'orders.py',
  {
    fault: 'all orders have the same ID',
    from: 'id=uuid4()',
    to: 'id=type(uuid4())(int=0)',
    fails: [idCheck],
  },
  {
    fault: 'createdAt is not the creation time',
    from: 'datetime.now(UTC)',
    to: 'datetime.fromtimestamp(0, UTC)',
    fails: [idCheck],
  },
  {
    fault: 'createdAt has no time zone',
    from: 'datetime.now(UTC)',
    to: 'datetime.now()',
    fails: [idCheck],
  },
  {
    fault: 'every ID finds an order',
    from: 'self._by_id.get(order_id)',
    to: 'self._by_id.get(order_id) or next(iter(self._by_id.values()))',
    fails: [
      'an unknown order is answered with 404',
      'the quote of an unknown order is answered with 404',
    ],
  },
  {
    fault: 'the oldest order comes first',
    from: 'reversed(self._by_id.values())',
    to: 'self._by_id.values()',
    fails: ['GET /orders lists the newest order first'],
  },
  {
    fault: 'the store keeps 10,001 orders',
    from: '> 10_000',
    to: '> 10_001',
    fails: ['the newest 10,000 orders are kept, and the one before them is dropped'],
  },
)

const models = inFile(
  'models.py',
  {
    fault: 'text is trimmed',
    from: 'strict=True,',
    to: 'strict=True, str_strip_whitespace=True,',
    fails: ['text is stored and returned unchanged: spaces, quotes, markup, accents, line breaks'],
  },
  {
    fault: 'a customerId may have 65 characters',
    from: 'max_length=64',
    to: 'max_length=65',
    fails: ['a customerId has 1 to 64 characters, counted in code points: 64 emoji pass'],
  },
  {
    fault: 'numbers are converted to a customerId',
    from: 'customer_id: str = Field(',
    to: 'customer_id: str = Field(strict=False, coerce_numbers_to_str=True, ',
    fails: [
      'no other type is converted to text: 1, true, null and ["a"] are neither customerId, sku nor note',
    ],
  },
  {
    fault: 'an order may have no items',
    from: 'list[Item] = Field(min_length=1',
    to: 'list[Item] = Field(min_length=0',
    fails: ['an order has 1 to 50 items'],
  },
  {
    fault: 'a single item is accepted without a list',
    from: 'list[Item] = Field(min_length=1, max_length=50)',
    to: 'list[Item] | Item',
    fails: ['no other type is converted to a list or an object: items must be a list of objects'],
  },
  {
    fault: 'a sku may end in any way',
    from: '{3,20}$',
    to: '{3,20}',
    fails: ['a sku is 3 to 20 characters, each of them A-Z, 0-9 or a hyphen'],
  },
  {
    fault: 'a quantity may be 101',
    from: 'le=100',
    to: 'le=101',
    fails: ['a quantity is an integer from 1 to 100'],
  },
  {
    fault: 'values are converted to a quantity',
    from: 'quantity: int = Field(',
    to: 'quantity: int = Field(strict=False, ',
    fails: [
      'a quantity sent as text is rejected: "2" is not 2',
      'no other type is converted to a number: true, null and [2] are no quantities',
    ],
  },
  {
    fault: 'a note may have 201 characters',
    from: 'max_length=200',
    to: 'max_length=201',
    fails: ['a note has at most 200 characters, counted in code points: 200 emoji pass'],
  },
  {
    fault: 'an order without a note gets a null',
    from: ', exclude_if=lambda note: note is None',
    to: '',
    fails: ['an order without a note has no note, not even null'],
  },
  {
    fault: 'unknown properties are dropped',
    from: 'extra="forbid"',
    to: 'extra="ignore"',
    fails: [
      'an unknown property is rejected at its own pointer',
      'an order that sets id, createdAt or riskScore is rejected',
    ],
  },
  {
    fault: 'properties may have the names of Python',
    from: 'strict=True,',
    to: 'strict=True, validate_by_name=True,',
    fails: ['an unknown property is rejected at its own pointer'],
  },
)

const problem = inFile(
  'problem.py',
  {
    fault: 'errors are reported at the parent',
    from: 'location[1:]',
    to: 'location[1:-1]',
    fails: [
      'a missing property is reported at its own pointer: /items, not the order around it',
      'an unknown property is rejected at its own pointer',
    ],
  },
  {
    fault: 'only the first error is reported',
    from: 'for issue in issues',
    to: 'for issue in issues[:1]',
    fails: ['a 422 lists every error of an order: nine at once'],
  },
  {
    fault: 'a rejected order removes the newest one',
    from: 'issues = error.errors()',
    to: 'issues = error.errors()\n    __import__("app").store._by_id.popitem()',
    fails: ['an order that is rejected is not stored'],
  },
  {
    fault: 'null and numbers count as malformed JSON',
    from: '== "json_invalid"',
    to: 'in ("json_invalid", "model_attributes_type")',
    fails: ["a body that is null, a number, text, true or a list is rejected at the pointer ''"],
  },
  {
    fault: 'malformed JSON is answered with 422',
    from: '== "json_invalid"',
    to: 'is None',
    fails: ['malformed JSON is answered with 400'],
  },
  {
    fault: 'FastAPI answers an unknown path',
    from: '    HTTPException: handle_http_error,\n',
    to: '',
    fails: ['an unknown path is answered with 404'],
  },
  {
    fault: 'a browser gets HTML',
    from: '    if error.status_code >= 500:',
    to: '    if "html" in _.headers.get("accept", ""):\n        return JSONResponse("<html>", error.status_code, media_type="text/html")\n    if error.status_code >= 500:',
    fails: ['an error is a problem document even when the client asks for HTML'],
  },
  {
    fault: 'an error contains its stack trace',
    from: 'error.detail',
    to: '"".join(__import__("traceback").format_exception(error))',
    fails: ['no answer was a 5xx, and no error was HTML or held a stack trace'],
  },
)

const app = inFile(
  'app.py',
  {
    fault: 'the health has another status',
    from: 'Health(status="ok")',
    to: 'Health.model_construct(status="up")',
    fails: ['GET /health answers 200 {"status":"ok"}'],
  },
  {
    fault: 'Location leads to another path',
    from: 'f"/orders/{order.id}"',
    to: 'f"/order/{order.id}"',
    fails: ['POST /orders answers 201 with the whole order, and Location leads to it'],
  },
  {
    fault: 'the riskScore of the store is sent',
    from: 'response: Response) -> Order:',
    to: 'response: Response) -> StoredOrder:',
    fails: ['no undeclared field is sent: the riskScore stays in the store'],
  },
  {
    fault: 'a body is optional',
    from: 'new: NewOrder, response: Response',
    to: 'response: Response, new: NewOrder | None = None',
    fails: ['an empty body is answered with 400 or 422'],
  },
  {
    fault: 'a body of 64 KiB is too large',
    from: '64 * 1024',
    to: '63 * 1024',
    fails: ['an order of exactly 64 KiB is accepted'],
  },
  {
    fault: 'a body of 65 KiB is not too large',
    from: '64 * 1024',
    to: '65 * 1024',
    fails: ['a body of 64 KiB and one byte is answered with a 4xx'],
  },
  {
    fault: 'a body without a media type is read as JSON',
    from: 'FastAPIOffline(\n',
    to: 'FastAPIOffline(\n    strict_content_type=False,\n',
    fails: [
      'an order sent as text/plain, as a form, as XML or without a media type is answered with a 4xx',
    ],
  },
  {
    fault: 'an order has another note at every call',
    from: 'async def get_order(order: FoundOrder) -> Order:\n    return order',
    to: 'async def get_order(order: FoundOrder) -> Order:\n    return order.model_copy(update={"note": str(object())})',
    fails: ['GET /orders/{id} returns the order unchanged at every call'],
  },
  {
    fault: 'an ID that is not a UUID is answered with 422',
    from: 'find_order(order_id: str)',
    to: 'find_order(order_id: UUID)',
    fails: ['an ID that is not a UUID is answered with 404, not 400 or 422'],
  },
  {
    fault: 'an ID that is not ASCII is answered with 500',
    from: 'store.get(order_id)',
    to: 'store.get(order_id.encode("ascii").decode())',
    fails: ['an ID that is too long or cannot be decoded is answered with a 4xx problem'],
  },
  {
    fault: '10 orders are listed by default',
    from: '] = 20',
    to: '] = 10',
    fails: [
      'GET /orders returns 20 orders by default',
      'the documented limit matches the service: an integer from 1 to 100, 20 by default',
    ],
  },
  {
    fault: 'at most 99 orders are listed',
    from: 'le=100',
    to: 'le=99',
    fails: ['GET /orders?limit= accepts 1 to 100 and returns at most that many orders'],
  },
  {
    fault: 'a limit may be 1.5',
    from: 'Annotated[int, Query',
    to: 'Annotated[float, Query',
    fails: ['a limit of 0, 101, -1, 1.5 or "many" is answered with 422 at /limit'],
  },
  {
    fault: 'the total does not include shipping',
    from: 'price + shipping',
    to: 'price',
    fails: ['GET /orders/{id}/quote returns price, shipping and their total in whole cents'],
  },
  {
    fault: 'a quote names the newest order',
    from: 'order_id=order.id',
    to: 'order_id=store.newest(1)[0].id',
    fails: ['20 concurrent quotes are each answered for their own order'],
  },
  {
    fault: 'the documentation loads scripts from another origin',
    from: 'from fastapi_offline import FastAPIOffline',
    to: 'from fastapi import FastAPI as FastAPIOffline',
    fails: [
      'GET /docs is an HTML page that loads its scripts, styles and pictures from the service itself',
    ],
  },
  {
    fault: 'the documentation shows another document',
    from: 'FastAPIOffline(\n',
    to: 'FastAPIOffline(\n    openapi_url="/other.json",\n',
    fails: ['GET /docs shows /openapi.json'],
  },
  {
    fault: 'the document says OpenAPI 3.0',
    from: 'get_openapi(\n',
    to: 'get_openapi(\n        openapi_version="3.0.3",\n',
    fails: [validCheck],
  },
  {
    fault: 'a reference of the document has no target',
    from: '("HTTPValidationError", "ValidationError")',
    to: '("HTTPValidationError", "ValidationError", "InputError")',
    fails: [validCheck],
  },
  {
    fault: 'the Location of a new order is not documented',
    from: '201: CREATED, ',
    to: '',
    fails: [
      'the document describes every route, its parameters, its body and the Location of a new order',
    ],
  },
  {
    fault: 'the length of a note is not documented',
    from: '    return document',
    to: '    del document["components"]["schemas"]["NewOrder"]["properties"]["note"]["anyOf"]\n    return document',
    fails: [
      'the documented order is as strict as the service: every order sent so far fits it or was rejected',
    ],
  },
  {
    fault: 'the limit is documented without its bounds',
    from: '    return document',
    to: '    del document["paths"]["/orders"]["get"]["parameters"][0]["schema"]["maximum"]\n    return document',
    fails: ['the documented limit matches the service: an integer from 1 to 100, 20 by default'],
  },
  {
    fault: 'an error status is not documented',
    from: '413: TOO_LARGE, ',
    to: '',
    fails: ['every response so far is documented: its status, its media type and its body'],
  },
  {
    fault: 'error statuses are documented as a range',
    from: '413: TOO_LARGE, ',
    to: '413: TOO_LARGE, "4XX": TOO_LARGE, ',
    fails: ['each operation names its statuses one by one, without a range or a default'],
  },
  {
    fault: 'the 422 that FastAPI adds is documented',
    from: '                del responses["422"]',
    to: '                responses["422"]["content"] = responses["404"]["content"].copy()',
    fails: ['every documented response was produced by one of these checks'],
  },
)

/** The slowest mutants come first, so that the others run in parallel. */
export const mutants: readonly Mutant[] = [...main, ...store, ...app, ...problem, ...models]
