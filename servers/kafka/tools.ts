import { runJava, type Jvm } from './java.ts'

/** Kafka's console tools, by the names of the scripts in its archive. */
const mainClasses = {
  'kafka-topics': 'org.apache.kafka.tools.TopicCommand',
  'kafka-console-producer': 'org.apache.kafka.tools.ConsoleProducer',
  'kafka-console-consumer': 'org.apache.kafka.tools.consumer.ConsoleConsumer',
  'kafka-consumer-groups': 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
} as const

export type Tool = keyof typeof mainClasses

export interface ToolOptions {
  /** What the tool is given on stdin. */
  readonly input?: string
  /** Kills the tool. */
  readonly signal?: AbortSignal
}

/**
 * Runs a console tool against the brokers that its arguments name and resolves with what it wrote to stdout.
 * @throws Error with all its output when it ends with another code than 0
 */
export function runTool(
  jvm: Jvm,
  tool: Tool,
  args: readonly string[],
  options?: ToolOptions,
): Promise<string> {
  return runJava(jvm, [mainClasses[tool], ...args], options)
}
