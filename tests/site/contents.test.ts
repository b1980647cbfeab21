import { describeInChromium } from '../tools/browsers.ts'
import { testContents } from './contents.ts'

describeInChromium(({ openPage }) => testContents(openPage))
