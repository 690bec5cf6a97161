/**
 * The language of rules, as an Ohm grammar (https://ohmjs.org). It reads the sentence in lower case; values are taken from the sentence
 * as it was written. `docs/rules.md` shows it by examples.
 */
const written = String.raw`
Ledgix {
  Rule = Ordered | Forbidden | Capped | Stated

  Ordered = Order Scope? Tail*
  Order = order "always"?
  order = ("approve" | "allow" | "permit")          --allow
        | ("pause" | "review" | "hold" | "ask a person before" | "ask a person about") --review
        | ("deny" | "refuse" | "reject" | "block")  --deny

  Forbidden = ("never" | "do not" | "no") ("approve" | "allow")? Scope Tail*
  Capped = Scope ("must not exceed" | "may not exceed" | "must never exceed") Money Tail*

  Stated = Scope Tail* ","? Modal Tail*
  Modal = ("may be" | "can be" | "are" | "is") "automatically"? "approved" "automatically"?    --allow
        | ("are" | "is") "allowed" "automatically"?                                               --allowed
        | ("needs" | "need" | "requires" | "require") "no" ("person" | "reviewer" | "review" | "approval") --free
        | ("must be" | "are" | "is") ("denied" | "refused" | "forbidden" | "blocked" | "rejected") --deny
        | ("are" | "is") ("never" | "not") ("allowed" | "permitted")                              --forbidden
        | ("must never be" | "must not be" | "may not be" | "may never be") ("approved" | "allowed" | "made" | "sent") --never
        | needs Approval                                                                            --review
        | ("must be" | "are" | "is") ("reviewed" | "approved") "by" People                        --by
        | ("must be" | "are" | "is") ("reviewed" | "paused" | "held")                              --paused
        | ("goes" | "go") "to" People                                                              --goes
  needs = "needs" | "need" | "requires" | "require" | "must have"
  Approval = ("approval" | "review" | "an approval" | "sign-off") ("by" | "from" | "of") People  --by
           | People                                                                                 --people
           | ("human" | "manual")? ("approval" | "review")                                         --plain
  People = ("two" | "2") ("different" | "more")? peopleWord                                        --two
         | ("a" | "one" | "1" | "any")? ("human" | "person" | "reviewer" | "approver")            --one
  peopleWord = "people" | "persons" | "reviewers" | "approvers" | "approvals" | "humans" | "eyes"

  Scope = Subject Qualifier*
  Subject = ("everything" | "all calls" | "any call" | "every call" | "calls" ~"of")               --all
          | "calls of" name                                                                        --tool
          | ("any" | "all" | "every" | "the" | "a" | "an")? act actSuffix?                                   --act

  Qualifier = ","? Amount | ","? By | ","? Data | ","? Days | ","? Hours | ","? Rate | ","? Payee
  Amount = (OfFor ("up to" | "at most" | "not over" | "not more than" | "no more than")) Money   --atMost
         | (OfFor ("over" | "above" | "more than" | "exceeding" | "larger than")) Money           --over
         | (OfFor ("under" | "below" | "less than")) Money                                        --under
         | (OfFor ("at least" | "from")) Money                                                    --atLeast
         | "of" Money "or more"                                                                   --orMore
         | "of" Money "or less"                                                                   --orLess
         | ("between" | "of between") Money "and" Money                                           --between
  OfFor = ("of" | "for")?
  Money = currencySign number        --sign
        | number currency            --code
  By = ("by" | "from") "the"? "agent"? name                                                       --agent
     | ("for" | "on behalf of") "the"? "principal" name                                           --principal
  Payee = "to" "the"? ("payee" | "recipient") name                                               --payee
        | "to" "the"? "destination" name                                                         --destination
        | "to" ("payees" | "recipients") "other than" Names                                      --others
        | ("to" | "with" | "of" | "for" | "on") ("a" | "an" | "the") term                         --term
  Data = ("of" | "with" | "containing" | "holding")? ("any" | "the")? category "data"
  Days = ("on" | "at" | "during")? ("weekends" | "the weekend" | "a weekend")  Zone?             --weekend
       | "on"? ("weekdays" | "working days" | "a weekday") Zone?                                  --weekdays
  Hours = ("between" | "from") clock ("and" | "to" | "until") clock Zone?                        --within
        | "outside" "of"? "between"? clock ("and" | "to" | "until" | "-" | "–") clock Zone?      --outside
  Zone = "in"? zone
  Rate = ("and"? ("at most" | "up to" | "no more than" | "not more than")) count "times"? Per    --within
       | ("after" | "more than" | "beyond" | "over") count "times"? Per                          --beyond
  Per = ("a" | "an" | "per" | "each" | "every") window WhoEach?
  WhoEach = ("per" | "for each" | "for every" | "by each") ("agent" | "principal" | "tenant")

  Tail = ","? ("when" | "if" | "where" | "while" | "as long as" | "provided that") Conditions     --when
       | ","? ("unless" | "except when" | "except if") Conditions                                --unless
       | Qualifier                                                                                --qualifier
  Conditions = Condition ("and" Condition)*
  Condition = "the"? "amount is" Compare Money                                                    --amount
            | "the"? "data" ("includes" | "is") category "data"?                                  --data
            | "it is" Days                                                                        --days
            | "it is" Hours                                                                       --hours
            | "the" fact "is one of" Values                                                      --factIn
            | "the" fact "is not" Value                                                          --factNot
            | "the" fact "is" Values                                                             --factIs
            | path "is" Compare plainNumber                                               --number
            | path "is one of" Values                                                            --oneOf
            | path "is not the same as" path                                                     --different
            | path "is the same as" path                                                         --same
            | path "is not" Value                                                                --isNot
            | path "is" ~("one of" | Compare) Values                                             --is
            | term                                                                                --term
  Compare = "at most"   --atMost
          | "over"      --over
          | "at least"  --atLeast
          | "under"     --under
  fact = "tool" | "agent" | "principal" | "payee" | "destination" | "purpose"
  Values = Value (Separator Value)*
  Names = name (Separator name)*
  Separator = "," "or"?  --comma
            | "or"       --or
  Value = quoted | words

  actSuffix = "transfers" | "transfer" | "changes" | "change" | "updates" | "update" | "runs" | "run" | "requests" | "request"
  act = ~(stop ~wordPart) word
  category = ~("any" | "the" | "data") word
  term = ~(stop ~wordPart) word (" "+ ~(stop ~wordPart) word)*
  stop = "and" | "or" | "when" | "if" | "unless" | "except" | "where" | "may" | "can" | "are" | "is" | "must" | "need" | "needs" | "require" | "requires" | "at most" | "up to" | "by" | "always"
  name = quoted | word
  words = ~(valueStop ~wordPart) word (" "+ ~(valueStop ~wordPart) word)*
  valueStop = "and" | "or" | "when" | "if" | "unless" | "may be" | "must be" | "need" | "needs" | "up to" | "at most" | "at least" | "over"
            | "above" | "under" | "below" | "more than" | "less than" | "between" | "outside" | "on weekends" | "on weekdays"
  quoted = "\"" (~"\"" any)* "\""
  word = wordPart+
  w<letters> = letters ~wordPart
  wordPart = ~(" " | "," | "\"") any
  path = pathPart ("." pathPart)*
  pathPart = (alnum | "_" | "-")+
  number = "-"? digit+ ("," digit digit digit)* ("." digit+)?
  plainNumber = number ~wordPart
  count = digit+
  currency = ~(stop ~wordPart) ~"per" letter letter letter ~wordPart
  currencySign = "$" | "€" | "£" | "¥"
  clock = digit digit? ":" digit digit
  window = "minute" | "hour" | "day" | "week"
  zone = "utc"                                        --utc
       | letter+ "/" (letter | "_" | "/" | "-")+      --place
}
`;

/** A word of the language ends where a word ends: "an" is not the beginning of "any". */
export const grammar = written.replaceAll(/"[a-z][a-z -]*"/g, (word) => `w<${word}>`);
