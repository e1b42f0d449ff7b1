/**
 * Hidden variables that stand between what an address says was chosen and the queries. Grafana takes any value of a
 * variable from an address. It cannot set these, and what they are worth comes from Prometheus alone: until it has
 * answered, and where it does not, queries that need them are refused.
 */
import {
  QueryVariableBuilder,
  VariableHide,
  type VariableModel,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PROMETHEUS } from './dataSources.ts';
import { checkOf } from './promql.ts';
import { OBJECTIVE_CHOICES, type Variable } from './variables.ts';

/**
 * The check of a variable that `chosen` puts into queries: a closing parenthesis, or nothing. Prometheus says back the
 * choice percent-encoded, a form in which nothing ends a string. Refused are a backtick, and a dollar sign before a
 * word: Prometheus' data source replaces variables once more in what it has replaced (read in the source of 12.3).
 */
function choiceCheck(of: string): Variable {
  const echo = `label_replace(vector(1), "chosen", ")\${${of}:percentencode}", "", "")`;
  return hidden(of, echo, String.raw`/^\{chosen="(\))(?:(?!%60|%24\w)[\w.~%-])*"\} /`);
}

/** The objective stands in queries as an expression, so that of those there are exactly the chosen one is taken. */
function objectiveCheck(of: string): Variable {
  const each = OBJECTIVE_CHOICES.map(
    ({ value }) => `label_replace(vector(1), "choice", "${value}", "", "")`,
  ).join(' or ');
  return hidden(of, each, String.raw`/^\{choice="(${`\${${of}:regex}`})"\} /`);
}

/** The check of the variable of this name. */
export function checkFor(variable: string): Variable {
  return variable === 'objective' ? objectiveCheck(variable) : choiceCheck(variable);
}

/** @param regex What the value is in the lines that Prometheus' data source makes of an answer. */
function hidden(of: string, expr: string, regex: string): Variable {
  const name = checkOf(of);
  const made = new QueryVariableBuilder(name)
    .description(`Whether what is chosen of "${of}" may stand in a query.`)
    .hide(VariableHide.HideVariable)
    .datasource(PROMETHEUS)
    .query({ query: `query_result(${expr})`, refId: name })
    .regex(regex)
    .refresh(VariableRefresh.OnDashboardLoad)
    .current({ text: '', value: '' });
  // The builder has no word for it.
  return { build: (): VariableModel => ({ ...made.build(), skipUrlSync: true }) };
}
