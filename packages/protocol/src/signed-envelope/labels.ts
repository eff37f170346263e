const encoder = new TextEncoder();

/*
 * Each begins what is hashed, bound or signed, and no label is the beginning of another, so that bytes made for one purpose mean
 * nothing for another.
 */
export const CONTEXT_LABEL = encoder.encode('oracle-calls v3 context\n');
export const HPKE_INFO_LABEL = encoder.encode('oracle-calls v3 envelope hpke\n');
export const SIGNATURE_LABEL = encoder.encode('oracle-calls v3 envelope signature\n');
