import { describeBusExample } from './bus-example.ts'

describeBusExample('kafka')
