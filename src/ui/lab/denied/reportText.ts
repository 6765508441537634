import { shortPrincipal, someoneElse, someoneOfAccount, type DenialReport } from '../../../client/index.ts';
import type { MatrixChange } from '../../../engine/index.ts';
import { policyName, policyVerdict } from '../traceWords.ts';
import { policyWords } from '../policy/words.ts';
import { deniedWords as words } from './words.ts';

type Report = Extract<DenialReport, { ok: true }>;

/** Who a probe stands for: those that the page made up are told as what they mean. */
export function probeName(principal: string): string {
  const account = principal.split(':')[4] ?? '';
  if (!principal.endsWith(`/${someoneOfAccount}`)) return `${shortPrincipal(principal)} (${account})`;
  return account === someoneElse ? words.someoneElse : words.someone(account);
}
export const opensLine = ({ principal, action }: MatrixChange): string =>
  `${probeName(principal)}: ${action.replace('kms:', '')}`;

/** What AWS's sentence says about why. */
export function saidLine({ facts: { said } }: Report): string {
  if (said.kind === 'hidden' || said.kind === 'unsaid') return words.saidReason[said.kind];
  return words.saidReason[said.kind](words.policies[said.policy]);
}

const fence = (text: string): string => `\`\`\`json\n${text}\n\`\`\``;

/** The explanation as a text to give to somebody who can change a policy. */
export function reportText(report: Report): string {
  const { facts, decision, verdict, proposals, unknown } = report;
  const [headline, explanation] = words.verdicts[verdict];
  return [
    `# ${words.title}`,
    `${words.who}: ${report.request.identity.arn}\n${words.what}: ${facts.action ?? ''}\n${words.on}: ${report.request.resource}`,
    facts.requestId === undefined ? '' : `${words.request}: ${facts.requestId}`,
    `> ${facts.message}`,
    `## ${headline}\n\n${explanation}`,
    decision.message === '' ? '' : `${words.ourSentence}:\n\n> ${decision.message}`,
    `## ${words.gates}\n\n${decision.policies
      .filter((reason) => reason.verdict !== 'notInPath')
      .map((reason) => `- ${policyName(reason)}: ${policyVerdict(reason)}`)
      .join('\n')}`,
    `## ${words.smallest}\n`,
    ...proposals.map(({ edits, alsoOpens }, at) =>
      [
        `### ${at + 1}. ${edits.map(({ change }) => `${policyWords.changes[change.kind]} (${policyWords.targets[change.target.type]})`).join('; ')}`,
        ...edits.map(({ after }) => fence(after)),
        alsoOpens.length === 0
          ? words.opensNothing
          : `${words.opens(alsoOpens.length)} ${alsoOpens.map(opensLine).join('; ')}`,
      ].join('\n\n'),
    ),
    proposals.length === 0 ? (decision.allowed ? words.isAllowed : words.noChange) : '',
    `## ${words.unknownTitle}\n\n${unknown.map((one) => `- ${words.unknown(one)}`).join('\n')}`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}
