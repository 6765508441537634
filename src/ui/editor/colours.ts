import { syntaxTree } from '@codemirror/language';
import { RangeSetBuilder, type Extension } from '@codemirror/state';
import {
  Decoration,
  type EditorView,
  ViewPlugin,
  type DecorationSet,
  type ViewUpdate,
} from '@codemirror/view';

/*
 * Colour as the page speaks it: allow, deny, who. Names are strong, the rest is ink. A policy in rainbow colours would
 * use up the hues that mean something beside it.
 */

const allow = Decoration.mark({ class: 'cm-allow' });
const deny = Decoration.mark({ class: 'cm-deny' });
const who = Decoration.mark({ class: 'cm-who' });
const name = Decoration.mark({ class: 'cm-name' });

function colour(view: EditorView): DecorationSet {
  const built = new RangeSetBuilder<Decoration>();
  const { doc } = view.state;
  for (const { from, to } of view.visibleRanges) {
    /** Where the element ends whose texts name principals. */
    let whoUntil = -1;
    let effect = false;
    syntaxTree(view.state).iterate({
      from,
      to,
      enter(node) {
        if (node.name === 'Property') effect = false;
        if (node.name === 'PropertyName') {
          const word = doc.sliceString(node.from + 1, node.to - 1);
          effect = word === 'Effect';
          if (/^(Not)?Principal$/.test(word)) whoUntil = node.node.parent?.to ?? -1;
          built.add(node.from, node.to, name);
        } else if (node.name === 'String') {
          const word = doc.sliceString(node.from + 1, node.to - 1);
          if (effect && word === 'Allow') built.add(node.from, node.to, allow);
          else if (effect && word === 'Deny') built.add(node.from, node.to, deny);
          else if (node.from < whoUntil) built.add(node.from, node.to, who);
        }
      },
    });
  }
  return built.finish();
}

export const policyColours: Extension = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    constructor(view: EditorView) {
      this.decorations = colour(view);
    }
    update(update: ViewUpdate): void {
      if (
        update.docChanged ||
        update.viewportChanged ||
        syntaxTree(update.startState) !== syntaxTree(update.state)
      )
        this.decorations = colour(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);
