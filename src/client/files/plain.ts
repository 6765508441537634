import type { Trace, TrailEvent } from '../../engine/index.ts';
import type { ExportFile } from '../api.ts';

/* Files for reading elsewhere: nothing here imports them again. */

const json = (value: unknown): Blob =>
  new Blob([`${JSON.stringify(value, undefined, 2)}\n`], { type: 'application/json' });

/** A name that every file system takes. */
export const fileName = (...parts: readonly string[]): string =>
  `${parts.map((part) => part.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-+|-+$/g, '')).join('-')}.json`;

export const exportTraceFile = (trace: Trace): ExportFile => ({
  fileName: fileName('kms-lab-trace', trace.operation, trace.id.slice(0, 8)),
  blob: json({ kind: 'KMS Lab trace', version: 1, trace }),
});

/** As in the log files that CloudTrail delivers. */
export const exportTrailFile = (events: readonly TrailEvent[], title: string): ExportFile => ({
  fileName: fileName('kms-lab-trail', title),
  blob: json({ Records: events }),
});
