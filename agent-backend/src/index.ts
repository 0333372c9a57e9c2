export {
  type Agent,
  AgentError,
  type AgentErrorCode,
  type AgentEvent,
  type HistoryMessage,
  type InstanceMemory,
  type Resume,
  type StepUpWait,
  type Turn,
} from './agents/agent.ts';
export { type AgentTool, type AgentTools, defineTool, type ToolContext } from './agents/agent-tool.ts';
export { functionAgent } from './agents/function-agent.ts';
export { modelAgent, type ModelAgentOptions } from './agents/model-agent.ts';
export { offlineAgent, type OfflineAgentOptions } from './agents/offline-agent.ts';
export { openAiAgent, type OpenAiAgentOptions } from './agents/open-ai-agent.ts';
export type { SignInProof, StepUpRule } from './agents/step-up.ts';
export { type Backend, type BackendOptions, createBackend } from './backend.ts';
export { type AgentConfig, type Config, defineConfig, type Environment, type LimitsConfig } from './config/config.ts';
export { listen, type Listening, type ListenOptions } from './listen.ts';
