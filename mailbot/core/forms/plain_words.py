"""The plain words of which a nil return is made, and the courtesies around it.

Stands under words. A word that is missing here costs a person a glance; one too many may stop a
clock that must run.
"""

import re

#: Whom a nil return is about, if it says.
CHILD_OR_FAMILY = frozenset(
    "child children childs family families familys household young baby boy girl subject subjects"
    " person people individual individuals".split()
)
PERSONS = CHILD_OR_FAMILY | frozenset(
    "he him she her they them either anyone anybody any nobody none neither pupil patient both all"
    " named".split()
)
#: Who alone is not the child.
OF_THE_FAMILY = frozenset(
    "mother mothers father fathers mum dad parent parents carer carers sibling siblings brother"
    " brothers sister sisters stepfather stepmother grandmother grandfather partner".split()
)
#: Agencies and their parts, and who writes for them.
AGENCIES = frozenset(
    "agency agencies organisation department directorate practice surgery school nursery college"
    " hospital hospitals trust ward clinic unit force police constabulary housing probation camhs"
    " cafcass ambulance fire rescue health visiting visitor visitors nursing midwifery maternity"
    " social care childrens adult adults youth justice mental gp doctor dental dentist council"
    " borough county association charity refuge project programme office team teams service"
    " services community early help years education safeguarding options homelessness tenancy"
    " substance misuse drug alcohol domestic abuse support icb nhs emergency and offending a e ed"
    " prison immigration setting provision setting provider nurse manager officer lead head teacher"
    " headteacher designated named senior principal deputy director practitioner adviser admin"
    " administrator business hub 0 19 mash area central east west north south bedfordshire".split()
)
#: Where was looked, and what a search is.
_SEARCH = frozenset(
    "record records recorded system systems database databases file files register registers list"
    " lists index systmone emis mosaic liquidlogic ecaf cpis athena niche rio lorenzo cerner delius"
    " oasys visor orchard civica capita arbor sims cpoms myconcern search searches searched"
    " searching"
    " check checks checked checking result results review reviewed reviewing looked look through"
    " enquiry enquiries using used basis name names date dates birth dob born address addresses"
    " postcode number numbers detail details spelling spellings thorough thoroughly full fully"
    " carefully complete completed conducted undertaken undertook carried out made electronic paper"
    " archive archived archives internal both all available".split()
)
_GRAMMAR = frozenset(
    "the a an this that these those we i our us ours my me it its they them their he him his she"
    " her hers who whom whose which you your is are was were be been am has have had having do does"
    " did dont doesnt didnt havent hasnt hadnt isnt arent wasnt werent weve ive theyre were im cant"
    " couldnt can cannot could unable to of for by in on at with within across between under from"
    " and or nor neither either any all each every no not never none nothing nobody one ones some"
    " as so therefore accordingly hence thus in behalf respect relation regards regard regarding"
    " concerning about above below following follows per the there here also other others"
    " anything anyone anybody whatsoever at all ever further else".split()
)
_NIL = frozenset(
    "nil return response reply answer known unknown know knows knowledge aware hold holds held"
    " holding find finds found show shows shown appear appears appeared exist exists trace match"
    " matches matched contact contacts involvement involved dealings dealing work works worked"
    " working information info evidence history confirm confirms confirmed confirming confirmation"
    " advise advised accept please take treat consider note report provide provided share add"
    " contribute submit submitting return returning unfortunately regret afraid client clients"
    " pupil patient tenant customer service user users member members supported treated seen"
    " attend attended attends registered enrolled roll receive received offered referred open case"
    " cases referenced mentioned email letter request requested form part only section rapid review"
    " serious incident gave given see footprint come comes up".split()
)
#: What makes a sentence more than a heading, and what makes it one about the search.
VERBS = frozenset(
    "is are was were be been am has have had having do does did hold holds held holding know knows"
    " find finds found show shows exist exists contact contacts involvement dealings history"
    " evidence knowledge aware information info".split()
)
LOOKED = frozenset(
    "search searches searched searching check checks checked checking looked look reviewed"
    " confirm confirms confirmed confirming advise accept take treat note regret afraid see"
    " received come comes".split()
)
PLAIN = PERSONS | OF_THE_FAMILY | AGENCIES | _SEARCH | _GRAMMAR | _NIL

#: Each a whole sentence; "*" is up to twelve words that tell nothing of anybody.
_COURTESIES = """
(?:many |kind )?thank(?:s| you)(?: (?:all|very much|so much|again))?
(?:many )?thank(?:s| you)(?: again| very much)? (?:for|in advance)*
(?:kind|kindest|best|warm|many)? ?(?:regards|wishes)*
(?:(?:i am|we are|im|were) )?(?:so |very )?(?:sorry|apologies)(?: for)?~
(?:i |we )?apologise(?: for)?~
(?:i |we )?(?:hope|trust) (?:this|that|you)*
(?:i am |we are )?happy to (?:discuss|talk|help|chat)*
(?:please )?(?:do )?(?:let|contact|call|ring|come back to|get in touch with) (?:me|us)*
(?:please )?(?:do )?get in touch*
(?:if|should) (?:you|there|anything)* (?:hesitate|let|contact|get in touch|ring|call|feel free)*
(?:please )?(?:do )?(?:not|dont) hesitate to*
(?:with|in) (?:reference|regard|response|relation|reply) to your (?:email|request|letter)*
(?:i am|we are) writing (?:in response|further|in reply|with regard)*
further to your (?:email|request|letter)*
have a (?:good|nice|lovely)*
(?:we|i) have (?:nothing|no information)(?: further| else)? to (?:report|return|add|share)
nothing (?:further|else|more)? ?to (?:report|add|share)
official|official sensitive|sensitive|confidential|secure|restricted
""".split("\n")
_TELLING = (
    "known|but|however|although|except|records?|recorded|involved|involvement|seen|attend\\w*"
    "|mother|father|mum|dad|sibling\\w*|brother|sister|child|family|concern\\w*|we hold|following"
)
_LATENESS = (
    "the|my|our|any|this|late|lateness|delay|delayed|slow|in|of|replying|responding|reply|response"
    "|getting|coming|back|to|you|not|sooner|inconvenience|caused"
)
COURTESIES = re.compile(
    "|".join(
        each.replace("*", rf"(?: (?!(?:{_TELLING})\b)[a-z0-9]+){{0,12}}").replace(
            "~", f"(?: (?:{_LATENESS})){{0,12}}"
        )
        for each in _COURTESIES
        if each
    )
)
