import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addStatement,
  duplicateStatement,
  moveStatement,
  readForm,
  removeElement,
  removeStatement,
  setCondition,
  setItems,
  setNegated,
  setPrincipals,
  setText,
  type FormStatement,
  type PolicyForm,
} from './statements.ts';
import { editText, type TextEdit } from './textEdits.ts';

type Json = Record<string, unknown>;
const text = fc.constantFrom('kms:Encrypt', 'kms:*', '*', 'a"b', 'arn:aws:iam::111122223333:role/app');
const texts = fc.oneof(text, fc.uniqueArray(text, { minLength: 1, maxLength: 3 }));
const operator = fc.constantFrom('StringEquals', 'Bool', 'ArnLike');
const key = fc.constantFrom('kms:ViaService', 'aws:PrincipalArn', 'kms:CallerAccount');
const dictionary = <T>(name: fc.Arbitrary<string>, value: fc.Arbitrary<T>, maxKeys = 3) =>
  fc.dictionary(name, value, { minKeys: 1, maxKeys, noNullPrototype: true });
const statement = fc.record(
  {
    Sid: fc.string(),
    Effect: fc.constantFrom('Allow', 'Deny'),
    Principal: fc.oneof(fc.constant('*'), dictionary(fc.constantFrom('AWS', 'Service'), texts)),
    Action: texts,
    NotResource: texts,
    Condition: dictionary(operator, dictionary(key, texts)),
    // What the form has no field for.
    Comment: fc.jsonValue({ maxDepth: 1 }).map((value): unknown => JSON.parse(JSON.stringify(value))),
  },
  { requiredKeys: ['Effect', 'Principal', 'Action'], noNullPrototype: true },
);
const policy = fc
  .record({
    Version: fc.constant('2012-10-17'),
    Statement: fc.oneof(statement, fc.array(statement, { minLength: 1, maxLength: 3 })),
    Odd: fc.constantFrom(1, null, [{}]),
  })
  .chain((document) =>
    fc
      .constantFrom(undefined, 1, 2, '\t')
      .map((by) => ({ document, written: JSON.stringify(document, undefined, by) })),
  );

function policyOf(written: string): Extract<PolicyForm, { kind: 'policy' }> {
  const form = readForm(written);
  if (form.kind !== 'policy') throw new Error(form.kind);
  return form;
}
const first = (written: string): FormStatement => {
  const [one] = policyOf(written).statements;
  if (!one) throw new Error('no statement');
  return one;
};
/** The first statement of a copy of the document, to be changed by hand. */
function copyOf(document: object): { copy: Json; own: Json } {
  const copy = structuredClone(document) as Json;
  const { Statement } = copy;
  return { copy, own: (Array.isArray(Statement) ? Statement[0] : Statement) as Json };
}
const after = (written: string, edits: readonly TextEdit[]): unknown => JSON.parse(editText(written, edits));

/** An edit of the form, and the same edit of the document. */
const edits: Readonly<Record<string, (written: string, s: FormStatement, own: Json) => readonly TextEdit[]>> =
  {
    'another Sid': (_, s, own) => {
      own['Sid'] = 'Other';
      return setText(s, 'Sid', 'Other');
    },
    'another effect': (_, s, own) => {
      own['Effect'] = 'Deny';
      return setText(s, 'Effect', 'Deny');
    },
    'one action more': (w, s, own) => {
      const was = own['Action'];
      own['Action'] = [...(Array.isArray(was) ? (was as unknown[]) : [was]), 'kms:Sign'];
      return setItems(w, s, 'Action', [...(s.action?.items ?? []), 'kms:Sign']);
    },
    'all actions except': (_, s, own) => {
      own['NotAction'] = own['Action'];
      delete own['Action'];
      return setNegated(s, 'Action', true);
    },
    'a resource': (w, s, own) => {
      own[own['NotResource'] === undefined ? 'Resource' : 'NotResource'] = ['x', 'y'];
      return setItems(w, s, 'Resource', ['x', 'y']);
    },
    'no principal': (_, s, own) => {
      delete own['Principal'];
      return removeElement(s, 'Principal', false);
    },
    everybody: (w, s, own) => {
      own['Principal'] = '*';
      return setPrincipals(w, s, [{ type: undefined, value: '*' }]);
    },
    'a user and a service': (w, s, own) => {
      own['Principal'] = { AWS: ['u', 'v'], Service: ['s3.amazonaws.com', 'q'] };
      return setPrincipals(w, s, [
        { type: 'AWS', value: 'u' },
        { type: 'AWS', value: 'v' },
        { type: 'Service', value: 's3.amazonaws.com' },
        { type: 'Service', value: 'q' },
      ]);
    },
    'a new condition': (w, s, own) => {
      const all = (own['Condition'] ??= {}) as Record<string, Json>;
      (all['IpAddress'] ??= {})['aws:SourceIp'] = '10.0.0.0/8';
      return setCondition(w, s, s.conditions.length, {
        operator: 'IpAddress',
        key: 'aws:SourceIp',
        values: ['10.0.0.0/8'],
      });
    },
  };

describe('an edit of the form is the same edit of the document', () => {
  test.each(Object.entries(edits))('%s', (_, edit) => {
    fc.assert(
      fc.property(policy, ({ document, written }) => {
        const { copy, own } = copyOf(document);
        const made = edit(written, first(written), own);
        expect(after(written, made)).toEqual(copy);
      }),
    );
  });

  test('a condition changed, with its operator, its key or its values', () => {
    const to = fc.record({ operator, key, values: fc.uniqueArray(text, { minLength: 2, maxLength: 3 }) });
    fc.assert(
      fc.property(policy, fc.nat(), to, ({ document, written }, n, next) => {
        const s = first(written);
        fc.pre(s.conditions.length > 0);
        const at = n % s.conditions.length;
        const was = s.conditions[at];
        fc.pre(
          was !== undefined &&
            !s.conditions.some((c, i) => i !== at && c.operator === next.operator && c.key === next.key),
        );
        const { copy, own } = copyOf(document);
        const all = own['Condition'] as Record<string, Json>;
        const before = all[was.operator] ?? {};
        delete before[was.key];
        if (Object.keys(before).length === 0) delete all[was.operator];
        (all[next.operator] ??= {})[next.key] = next.values;
        expect(after(written, setCondition(written, s, at, next))).toEqual(copy);
      }),
    );
  });

  test('a condition taken out takes its operator along, and Condition with the last one', () => {
    fc.assert(
      fc.property(policy, ({ document, written }) => {
        const { copy, own } = copyOf(document);
        delete own['Condition'];
        let now = written;
        for (;;) {
          const s = first(now);
          if (s.conditions.length === 0) break;
          now = editText(now, setCondition(now, s, 0, undefined));
        }
        expect(JSON.parse(now)).toEqual(copy);
      }),
    );
  });

  test('statements added, duplicated, moved and removed', () => {
    fc.assert(
      fc.property(policy, fc.nat(), fc.nat(), ({ document, written }, a, b) => {
        const all: readonly unknown[] = [document.Statement].flat();
        const { statements } = policyOf(written);
        const s = statements[a % all.length];
        if (!s) throw new Error('no statement');
        const { index } = s;
        const now = (list: readonly unknown[]) => ({ ...document, Statement: list });
        expect(after(written, duplicateStatement(written, s))).toEqual(
          now(all.toSpliced(index + 1, 0, all[index])),
        );
        expect(after(written, removeStatement(s))).toEqual(now(all.toSpliced(index, 1)));
        expect(after(written, addStatement(policyOf(written), { Effect: 'Allow' }))).toEqual(
          now([...all, { Effect: 'Allow' }]),
        );
        if (!Array.isArray(document.Statement)) return;
        const to = b % all.length;
        const order = all.toSpliced(index, 1).toSpliced(to, 0, all[index]);
        expect(after(written, moveStatement(s, to))).toEqual(now(order));
      }),
    );
  });
});

describe('reading and writing', () => {
  test('writing back what was read changes no character', () => {
    fc.assert(
      fc.property(policy, ({ written }) => {
        let now = written;
        for (const s of policyOf(written).statements) {
          const put = (made: readonly TextEdit[]): void => void (now = editText(now, made));
          if (s.sid) put(setText(s, 'Sid', s.sid));
          put(setText(s, 'Effect', s.effect));
          if (s.action) put(setItems(now, s, 'Action', s.action.items));
          if (s.resource) put(setItems(now, s, 'Resource', s.resource.items));
          if (s.principal) put(setPrincipals(now, s, s.principal.items));
          for (const [at, condition] of s.conditions.entries()) put(setCondition(now, s, at, condition));
        }
        expect(now).toBe(written);
      }),
    );
  });

  test('what the form cannot express is named and kept', () => {
    const written =
      '{"Statement": [{"Effect": "Allow", "Action": {"odd": 1}, "Comment": [1,  2]}], "Extra": 0}';
    const form = policyOf(written);
    expect(form.others).toEqual(['Extra']);
    expect(form.statements[0]?.others).toEqual(['Action', 'Comment']);
    const now = editText(written, setText(first(written), 'Effect', 'Deny'));
    expect(now).toBe(written.replace('Allow', 'Deny'));
  });

  test('a text that is no JSON, or no object', () => {
    expect(readForm('{"a": }')).toMatchObject({ kind: 'broken', fault: { line: 1, column: 7 } });
    expect(readForm('[]')).toEqual({ kind: 'other' });
    expect(readForm('{}')).toEqual({ kind: 'policy', statements: [], others: [] });
  });
  test('no JSON value makes it throw', () => {
    fc.assert(fc.property(fc.json(), (written) => void readForm(written)));
    fc.assert(fc.property(fc.jsonValue(), (value) => void readForm(JSON.stringify({ Statement: value }))));
  });
});
