/** @type {import('@sveltejs/vite-plugin-svelte').SvelteConfig} */
export default {
  vitePlugin: {
    // Runes everywhere in our own components; packages choose for themselves.
    dynamicCompileOptions: ({ filename }) => (filename.includes('node_modules') ? {} : { runes: true }),
  },
};
