import { describeBusExample } from './bus-example.ts'

describeBusExample('lean-bus')
