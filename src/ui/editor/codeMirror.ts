import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { bracketMatching } from '@codemirror/language';
import { lintGutter, lintKeymap, linter, setDiagnostics } from '@codemirror/lint';
import { search, searchKeymap } from '@codemirror/search';
import { Annotation, Compartment, EditorState } from '@codemirror/state';
import { EditorView, highlightActiveLine, keymap, lineNumbers, placeholder } from '@codemirror/view';
import type { Completions, Option } from './completions.ts';
import { policyColours } from './colours.ts';
import type { Mark } from './marks.ts';
import { takeOutOfEditor } from './takeOut.ts';
import { codeTheme } from './theme.ts';

/*
 * CodeMirror in a shadow root: there it adopts style sheets instead of writing <style> elements, which the page's policy
 * forbids. This file and what it imports load when an editor is first opened.
 */

export interface CodeOptions {
  readonly parent: ShadowRoot;
  readonly text: string;
  readonly label: string;
  readonly readonly: boolean;
  readonly rows: number;
  /** How to leave, how to ask: read to those who do not see it. */
  readonly help: string;
  readonly onchange: (text: string) => void;
  readonly complete: (text: string, offset: number) => Completions | undefined;
  /** The label of a finding's mending, and what it does. */
  readonly fixLabel: string;
  readonly onfix: (mark: Mark) => void;
}
export interface CodeHandle {
  /** Another text from outside: what differs is replaced, caret and undo stay. */
  setText(text: string): void;
  setMarks(marks: readonly Mark[]): void;
  setReadonly(readonly: boolean, label: string): void;
  /** Shows and selects a stretch, and takes the focus. */
  select(from: number, to: number): void;
  focus(): void;
  destroy(): void;
}

/** Changes that came from outside need not be told outside. */
const fromOutside = Annotation.define<true>();

/** A text in quotes takes the bare words; elsewhere quotes come along, and a colon behind a name. */
function written({ label }: Option, { standing }: Completions): string {
  const bare = JSON.stringify(label).slice(1, -1);
  if (standing.quoted) return bare;
  const colon = standing.role === 'name' && !standing.colon ? ': ' : '';
  return `"${bare}"${colon}`;
}

function source(complete: CodeOptions['complete']) {
  return ({
    state,
    pos,
    explicit,
  }: {
    state: EditorState;
    pos: number;
    explicit: boolean;
  }): CompletionResult | null => {
    const found = complete(state.doc.toString(), pos);
    if (!found || (!explicit && !found.standing.quoted)) return null;
    // Who asks at a misspelt word wants to see what there is; who types wants what fits.
    const typed = state.sliceDoc(found.from, found.to).toLowerCase();
    const fits = found.options.some(({ label }) => label.toLowerCase().includes(typed));
    return {
      from: found.from,
      to: found.to,
      options: found.options.map((one) => ({
        label: one.label,
        ...(one.detail ? { detail: one.detail } : {}),
        type: one.hue,
        boost: (one.boost ?? 0) * 10,
        apply: written(one, found),
      })),
      ...(explicit && !fits ? { filter: false } : { validFor: /^[^"\n]*$/ }),
    };
  };
}

const severities = { error: 'error', warning: 'warning', note: 'info' } as const;

/** The one stretch in which two texts differ. */
function difference(before: string, after: string): { from: number; to: number; insert: string } {
  let from = 0;
  const least = Math.min(before.length, after.length);
  while (from < least && before[from] === after[from]) from++;
  let end = 0;
  while (end < least - from && before.at(-1 - end) === after.at(-1 - end)) end++;
  return { from, to: before.length - end, insert: after.slice(from, after.length - end) };
}

export function mountCode(options: CodeOptions): CodeHandle {
  const { parent, onchange } = options;
  const changing = new Compartment();
  const help = document.createElement('p');
  help.id = 'help';
  help.hidden = true;
  help.textContent = options.help;
  const mode = (readonly: boolean, label: string) => [
    EditorState.readOnly.of(readonly),
    EditorView.contentAttributes.of({
      'aria-label': label,
      tabindex: '0',
      ...(readonly ? { 'aria-readonly': 'true', inputmode: 'none' } : { 'aria-describedby': 'help' }),
    }),
    readonly ? [] : highlightActiveLine(),
  ];
  const view = new EditorView({
    root: parent,
    parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        lineNumbers(),
        history(),
        json(),
        bracketMatching(),
        closeBrackets(),
        policyColours,
        codeTheme(options.rows),
        EditorView.lineWrapping,
        EditorState.tabSize.of(2),
        placeholder('{ }'),
        autocompletion({ override: [source(options.complete)], icons: false, maxRenderedOptions: 200 }),
        linter(null),
        lintGutter(),
        search({ top: true }),
        // No Tab here: it moves on, as everywhere on the page, unless a completion is open to take.
        keymap.of([
          { key: 'Tab', run: acceptCompletion },
          ...closeBracketsKeymap,
          ...defaultKeymap,
          ...searchKeymap,
          ...historyKeymap,
          ...completionKeymap,
          ...lintKeymap,
        ]),
        changing.of(mode(options.readonly, options.label)),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          if (update.transactions.some((one) => one.annotation(fromOutside))) return;
          onchange(update.state.doc.toString());
        }),
      ],
    }),
  });
  parent.append(help);
  // Somebody outside has found what must not stand here (SecretGuard): the text goes by the editor's own way, with its undo.
  view.contentDOM.addEventListener(takeOutOfEditor, (event) => {
    const found = event instanceof CustomEvent && typeof event.detail === 'string' ? event.detail : '';
    const from = found === '' ? -1 : view.state.doc.toString().indexOf(found);
    if (from >= 0) view.dispatch({ changes: { from, to: from + found.length } });
  });

  return {
    setText(text) {
      const before = view.state.doc.toString();
      if (before === text) return;
      view.dispatch({ changes: difference(before, text), annotations: fromOutside.of(true) });
    },
    setMarks(marks) {
      const end = view.state.doc.length;
      const diagnostics = marks.map((mark) => ({
        from: Math.min(mark.from, end),
        to: Math.min(mark.to, end),
        severity: severities[mark.severity],
        message: mark.message,
        ...(mark.fix && !options.readonly
          ? { actions: [{ name: options.fixLabel, apply: () => options.onfix(mark) }] }
          : {}),
      }));
      view.dispatch(setDiagnostics(view.state, diagnostics));
      const isBroken = marks.some(({ severity }) => severity === 'error');
      view.contentDOM.setAttribute('aria-invalid', String(isBroken));
    },
    setReadonly(readonly, label) {
      view.dispatch({ effects: changing.reconfigure(mode(readonly, label)) });
    },
    select(from, to) {
      const end = view.state.doc.length;
      const selection = { anchor: Math.min(from, end), head: Math.min(to, end) };
      view.dispatch({ selection, effects: EditorView.scrollIntoView(selection.anchor, { y: 'center' }) });
      view.focus();
    },
    focus: () => view.focus(),
    destroy() {
      view.destroy();
      help.remove();
    },
  };
}
