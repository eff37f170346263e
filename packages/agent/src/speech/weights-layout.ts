/** Where each part of the local models stands inside the weights folder that `dev/models` fills. */
export const WEIGHT_FILES = {
  recogniserEncoder: 'moonshine-base/encoder_model.onnx',
  recogniserDecoder: 'moonshine-base/decoder_model_merged.onnx',
  turnModel: 'smart-turn/smart-turn-v3.2-cpu.onnx',
  voiceModel: 'piper-joe/en_US-joe-medium.onnx',
  voiceConfig: 'piper-joe/en_US-joe-medium.onnx.json',
  brainModel: 'smollm2-135m/SmolLM2-135M-Instruct.Q4_1.gguf',
  sentenceModel: 'minilm-l6-v2/model.onnx',
  sentenceTokenizer: 'minilm-l6-v2/tokenizer.json',
} as const;

export type WeightFile = keyof typeof WEIGHT_FILES;
