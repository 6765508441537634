/** Finding things of a world by name; loaded when somebody looks for something. */
export { Finder, type FinderSource } from './finder.ts';
