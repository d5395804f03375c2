"""Words of customer service that say the same: what rules are paraphrased with.

One line, one concept; forms of a word need not be listed (they are compared by their stem). A word may stand in several lines.
"""

from __future__ import annotations

import re

PHRASES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"\b(?:{pattern})\b", re.I), put)
    for pattern, put in (
        (r"(?:send|sent|sending|post|pop|bring|brought|bringing|give|given|giving|hand|handed|take|taken|taking|ship|mail|carry)(?:s|ed)?(?: \w+){0,3}? back(?! up)", "return"),
        (r"(?:goes|go|comes?|went) back", "return"),
        (r"back with us", "returned"),
        (r"(?:get|got|have|want)(?: \w+)? money back|money[- ]back|pa(?:y|id)(?: \w+)? back", "refund"),
        (r"sign(?:s|ed|ing)? up", "register"),
        (r"chang(?:e|es|ed|ing) (?:your|their|his|her|the) minds?", "withdraw"),
        (r"hand(?:s|ed|ing)? over", "deliver"),
        (r"call(?:s|ed|ing)? off", "cancel"),
        (r"opt(?:s|ed|ing)? out", "cancel"),
        (r"(?:take|takes|took|taken|taking) out", "withdraw"),
        (r"hold(?:s|ing)? on to", "keep"),
        (r"log(?:s|ged|ging)?[- ]?(?:in|on)|sign(?:s|ed|ing)?[- ]?(?:in|on)", "login"),
        (r"check(?:s|ed|ing)?[- ]?in", "checkin"),
        (r"check(?:s|ed|ing)?[- ]?out|vacat\w+", "checkout"),
        (r"top(?:s|ped|ping)?[- ]?ups?", "topup"),
        (r"pick(?:s|ed|ing)?[- ]?ups?|collection points?|pick-up points?", "pickup"),
        (r"roll(?:s|ed|ing)? over|carr(?:y|ies|ied|ying)(?: \w+)? (?:over|forward)", "rollover"),
        (r"(?:fill|fills|filled|filling) (?:in|out)", "complete"),
        (r"turn(?:s|ed|ing)? into", "convert"),
        (r"best before|use by", "expiry"),
        (r"notice periods?|periods? of notice", "notice"),
        (r"cooling[- ]off(?: period)?|right of withdrawal", "withdrawal"),
        (r"wi-?fi", "wifi"), (r"e-?mails?(?:ed|ing)?", "email"), (r"no[- ]shows?", "noshow"),
        (r"(?:per|a|each) person", "person"), (r"two[- ]factor(?: authentication)?|2fa|mfa", "twofactor"),
        (r"credit notes?", "credit"), (r"follow[- ]ups?", "followup"), (r"set[- ]top", "settop"),
        (r"up and running", "active"), (r"looked at|looks? at", "review"), (r"get(?:s|ting)? in touch", "contact"),
        (r"at the same time|at once|simultaneous(?:ly)?|concurrent(?:ly)?|in parallel", "simultaneous"),
    )
)  # fmt: skip

_LINES = """
refund reimburse reimbursement repay repayment rebate recredit
return returnable
cancel cancellation terminate termination revoke
withdraw withdrawal
fee charge cost price surcharge penalty bill tariff rate levy markup fare
deliver delivery ship shipping shipment dispatch courier handover postage
arrive arrival reach receive receipt
buy purchase order bought buyer shopper
pause suspend freeze frozen hold halt
restore recover recovery undelete reinstate
keep retain retention store storage archive hold save
delete deletion erase remove removal purge wipe
notify notification inform tell announce announcement alert
report lodge file submit submission raise
discount reduction off markdown save
combine stack join cumulate
expire expiry expiration lapse valid validity
deductible excess copay copayment co-payment
phone handset smartphone mobile cellphone
technician engineer installer
watch stream streaming
lend borrow loan
permit allow authorise authorize authorization
forbid prohibit ban disallow
customer client subscriber consumer policyholder user
employee staff worker
colleague coworker teammate
parcel package
mail letter post
phone telephone call
address location
invoice bill statement
instalment installment
overdue late arrears delay
reminder dunning
trial test
restrict limit cap
weight weigh
luggage baggage bag
lodging accommodation room
booking reservation reserve book
rebook rebooking reschedule move
change alter amend modify adjust adjustment modification amendment
transfer port migrate
upgrade update
activate activation enable start
deactivate disable
reply respond response answer
ticket case request
fix repair mend restore
replace replacement swap exchange substitute
broken faulty defective damaged damage
accident crash
theft burglary stolen
doctor physician
medicine medication drug
visit appointment consultation
recur renew renewal extend extension
double duplicate
invite invitation guest
password passcode pin
register registration enrol enroll enrolment enrollment signup
verify verification check identity identification validate
photo picture photograph
attempt attempted try tries tried retry retried repeat
child children kid
infant baby babies lap
adult grown-up
student pupil undergraduate
companion visitor
car vehicle automobile
bicycle bike cycle
dog pet animal
seat place
breakfast morning
holiday vacation leave
salary pay wage
supervisor manager lead
approve approval sign-off signoff authorisation
escalate escalation hand-off
transaction payment
account wallet
loan credit mortgage
interest yield
amount sum
balance
voucher coupon code promo promotion
points miles
gift present
wrap wrapping
insurance policy cover coverage
claim
outage downtime interruption failure
uptime availability
incident issue problem
complaint grievance
backup copy copies
log record
export download
upload attach attachment
webhook callback
developer programmer
meter counter
electricity power
deposit security
tenant renter lessee
landlord owner lessor
supplier provider vendor
contract agreement
site website portal
store shop outlet
close closing shut
signature sign
passport document
departure depart leaving
age old
household home residential
speed bandwidth throttle
allowance quota volume
queue waiting wait
interview meeting
training course class lesson
exam examination
assignment homework
grade mark
membership member
reset renewing
duty obligation
confirm confirmation acknowledge acknowledgement
error mistake fault
expense expenditure
earn collect gain accrue bear
accept take
apply application applicant
sell sold resell resold
lose lost loss
break broke broken
steal stole stolen
wear wore worn unworn
write wrote written
drive drove driven
choose chose chosen
lend lent
spend spent
find found
freeze froze frozen
hide hidden
meet met
ride rode ridden
speak spoke spoken
teach taught
tear torn
withdraw withdrew withdrawn
seek sought
win won
leave left
begin began begun
bear bore borne
skip omit
half halve
convert turn exchange
print paper
""".strip()

CONCEPTS: dict[str, frozenset[int]] = {}
for _number, _line in enumerate(_LINES.splitlines()):
    for _word in _line.split():
        CONCEPTS[_word] = CONCEPTS.get(_word, frozenset()) | {_number}
