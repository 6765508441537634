declare const __KMS_LAB_VERSION__: string | undefined;

/** Version and build, written in by the build; the tests and the development server have none. */
export const version: string = typeof __KMS_LAB_VERSION__ === 'string' ? __KMS_LAB_VERSION__ : 'unbuilt';
