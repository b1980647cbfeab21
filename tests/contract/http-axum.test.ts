import { describeHttpExample } from './http-example.ts'

describeHttpExample('axum')
