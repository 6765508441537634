import { company } from './company.ts';
import { simple } from './simple.ts';
import type { Template } from './template.ts';

export const templates: readonly Template[] = [...simple, company];

export const templateById = (id: string | undefined): Template | undefined =>
  templates.find((template) => template.id === id);
