import type { Mutant } from './mutate.ts'

/** Faults of each kind. One program has all of them, so no two may change the same check. */
export const mutants: readonly Mutant[] = [
  {
    fault: 'a note may have 201 characters',
    file: 'src/models.rs',
    from: 'max_length = 200',
    to: 'max_length = 201',
    fails: ['a note has at most 200 characters, counted in code points: 200 emoji pass'],
  },
  {
    fault: 'only the first error is reported',
    file: 'src/validation.rs',
    from: '.flat_map(describe)',
    to: '.take(1).flat_map(describe)',
    fails: ['a 422 lists every error of an order: nine at once'],
  },
  {
    fault: 'a body of 64 KiB is too large',
    file: 'src/app.rs',
    from: 'DefaultBodyLimit::max(64 * 1024)',
    to: 'DefaultBodyLimit::max(63 * 1024)',
    fails: ['an order of exactly 64 KiB is accepted'],
  },
  {
    fault: 'the oldest order comes first',
    file: 'src/orders.rs',
    from: '.iter().rev()',
    to: '.iter()',
    fails: ['GET /orders lists the newest order first'],
  },
  {
    fault: 'the store keeps 10,001 orders',
    file: 'src/orders.rs',
    from: '= 10_000',
    to: '= 10_001',
    fails: ['the newest 10,000 orders are kept, and the one before them is dropped'],
  },
  {
    // The compiler refuses to send a stored order, so its score has to hide in a declared field.
    fault: 'the note holds the risk score',
    file: 'src/orders.rs',
    from: 'note: input.note,',
    to: 'note: Some(format!("riskScore: {}", fastrand::f64())),',
    fails: ['no undeclared field is sent: the riskScore stays in the store'],
  },
  {
    fault: 'the total does not include shipping',
    file: 'src/app.rs',
    from: 'price_cents + shipping_cents',
    to: 'price_cents',
    fails: ['GET /orders/{id}/quote returns price, shipping and their total in whole cents'],
  },
  {
    fault: 'axum answers an unknown path',
    file: 'src/app.rs',
    from: '        .fallback(async || Problem::not_found("No such route"))\n',
    to: '',
    fails: ['an unknown path is answered with 404'],
  },
  {
    fault: 'a status is not documented',
    file: 'src/app.rs',
    from: '        (status = 400, response = Problem),\n',
    to: '',
    fails: ['every response so far is documented: its status, its media type and its body'],
  },
  {
    fault: 'the documentation shows another document',
    file: 'src/app.rs',
    from: 'SwaggerUi::new("/docs")',
    to: 'SwaggerUi::new("/docs").config(utoipa_swagger_ui::Config::from("/api.json"))',
    fails: ['GET /docs shows /openapi.json'],
  },
  {
    fault: 'the log contains the query of a request',
    file: 'src/app.rs',
    from: 'path = req.uri().path()',
    to: 'path = %req.uri()',
    fails: ['each request is logged in one line on standard output, without a URL in it'],
  },
  {
    fault: 'half of a request keeps the process alive',
    file: 'src/main.rs',
    from: 'Duration::from_secs(3)',
    to: 'Duration::from_secs(30)',
    fails: [
      'the service exits 0 within 5 s of SIGTERM while connections are idle, silent or stuck half-way',
    ],
  },
]
