// Classes that errors are recognised by. extension.cjs and runtime.cjs are two bundles that hand errors to each other, so
// these modules are a third, which both require (esbuild.mjs); two copies of a class would not know each other's objects.
export * from '../protocol/cancellation';
export * from '../protocol/failure';
export * from '../protocol/messages';
