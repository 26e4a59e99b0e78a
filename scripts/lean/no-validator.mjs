// Replaces the SDK's JSON Schema validator in the bundle.
export class AjvJsonSchemaValidator {
  /** @returns {never} */
  getValidator() {
    throw new Error('JSON Schema validation is left out of this bundle: see scripts/lean.mjs.');
  }
}
