import { describeHttpExample } from './http-example.ts'

describeHttpExample('express')
