import { runJava, type JavaOptions, type Jvm } from './java.ts'

/** Main classes of Kafka's console tools, by the names of their scripts. */
const mainClasses = {
  'kafka-topics': 'org.apache.kafka.tools.TopicCommand',
  'kafka-console-producer': 'org.apache.kafka.tools.ConsoleProducer',
  'kafka-console-consumer': 'org.apache.kafka.tools.consumer.ConsoleConsumer',
  'kafka-consumer-groups': 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
} as const

export type Tool = keyof typeof mainClasses

/**
 * Runs a console tool and resolves with its standard output.
 *
 * @throws Error with the output when the tool fails
 */
export function runTool(jvm: Jvm, tool: Tool, args: readonly string[], options?: JavaOptions) {
  return runJava(jvm, [mainClasses[tool], ...args], options)
}
