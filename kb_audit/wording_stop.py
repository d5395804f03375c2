"""Words that tell nothing (`STOP`), or little (`WEAK`: what any rule may be put in), of what a rule is about."""

# ruff: noqa: SIM905

from __future__ import annotations

STOP = frozenset(
    (
        "a an the of to in on at for from by with and or but nor if when while is are was were be been being it its this that these those you your "
        "yours yourself we our ours us they them their theirs i my me mine he she his her him who whom whose which what how why where there here can "
        "could may might must should shall will would do does did done doing have has had having not no never none cannot unable able some any all "
        "each every both either neither another such same other own per as than then so too very just only also even still yet within without into "
        "onto out over under above below after before during until till since through between across about around up down off most more less least "
        "many much few several enough soon once again ever always usually typically generally normally currently lead leads result results cause "
        "causes equal equals consist consists amounts stand stands lie lies fall falls vary come coming set reason reasons point points giving zero "
        "two three four five six seven eight nine ten twelve fifteen twenty thirty forty fifty sixty ninety hundred twice thrice moment calendar "
        "amount percent frequency older younger time date hour number size age thing things one ones make makes made making let lets sure please "
        "kindly note yes sorry unfortunately worry worries happy glad feel free get gets got getting give gives given take takes taken taking go goes "
        "comes use uses used using want wants like need needs needed wish know full day days week weeks month months year years hours minutes minute "
        "next following total via don doesn isn aren won wasn weren today now already anyone anybody everyone everybody someone nobody january "
        "february march april june july august september october november december say says said mean means simply really actually well back regard "
        "regarding according depending "
    ).split()
)
WEAK = frozenset(
    (
        "cost costs charge charges charged fee fees price prices bill billed pay pays paid payable payment add adds added incur incurs apply applies "
        "applied subject issue issues issued accept accepts accepted receive receives received allow allows allowed require requires required "
        "requirement permit permits permitted available availability start starts started begin begins open opens opened close closes closed end ends "
        "ended stay stays keep keeps kept hold holds held retain retained submit submits submitted send sends sent sending arrive arrives arrived "
        "arrival reach reaches reached expect expects ask asks asked offer offers offered limit limits limited maximum minimum default include "
        "includes included including contain contains create creates created complete completed process processed processing file filed report "
        "reported late later early earlier run runs last lasts customer customers client clients user users guest guests member members person people "
        "staff placed same-day period term terms policy rule rules count counts deadline cut-off due valid expire expires left leave entirely fully "
        "additional additionally extra possible carry carries provide provides provided differ different submitting target sets remain remains "
        "remaining compensate whole onwards annual yearly monthly daily weekly afterwards afterward beforehand advance ahead prior previously way "
        "ways place part case cases kind type business working eligible entitled right rights mandatory optional necessary automatically manually "
        "finish finished work works up-to worth value values show shows shown appear appears find found try tries store stored sit account contact "
        "company service services item items order orders purchase purchased bought earn earns earned "
    ).split()
)
