"""Words that name different things of one sort: a rule about one says nothing of another.

A sort a line (or more); `/` parts its members, blanks part the words for one member. Unlike scope words they name a sentence's
subject, so that a sentence without any of them is not thereby about all of them.
"""

from __future__ import annotations

import re

_SORTS = """
size: large big / small little / medium / extra-large xl / compact / tiny mini
height: high upper / low lower
length: long / short
weight: heavy / light lightweight
age of things: old former previous legacy / new latest
quality: genuine original / counterfeit fake
animal: dog dogs puppy puppies / cat cats kitten / horse horses pony / bird birds / rabbit rabbits / fish
vehicle: car cars / bicycle bicycles bike bikes / motorcycle motorcycles motorbike / van vans / truck trucks lorry
vehicle: bus buses coach / boat boats ferry / trailer trailers / scooter scooters
transport: flight flights plane airline / train trains rail / taxi taxis cab / bus buses coach / ship cruise ferry
peril: fire / hail / flood flooding / storm / theft burglary stolen / collision crash / vandalism / glass windscreen
peril: water leak / earthquake / lightning
garment: shoes shoe boots trainers / jacket jackets coat coats / underwear lingerie swimwear / dress dresses
garment: trousers jeans / hat hats
jewellery: earrings earring / necklace necklaces / ring rings / watch watches / bracelet bracelets
furniture: sofa sofas couch / mattress mattresses bed beds / table tables desk / chair chairs / lamp lamps
device: laptop laptops notebook / tablet tablets / smartphone smartphones handset handsets / headphones
device: camera cameras / printer printers / television televisions tv / monitor monitors / console consoles
device: smartwatch
appliance: fridge refrigerator / washing-machine washer / dryer / oven / dishwasher
network device: router routers modem / receiver decoder / repeater / antenna
mail: letter letters / parcel parcels package packages / pallet pallets freight / postcard postcards
medium: book books / dvd dvds / magazine magazines / newspaper newspapers / e-book ebook e-books
meal: breakfast / lunch / dinner / snack
energy: electricity power / gas / water / heat heating district-heating
profession: teacher teachers / student students pupil / nurse nurses / doctor doctors physician / lecturer lecturers
profession: soldier military veteran veterans / police / journalist / lawyer
company: startup startups / nonprofit nonprofits charity charities / enterprise enterprises
company: school schools university
staff role: agent agents advisor adviser / supervisor supervisors team-lead / manager managers / finance
staff role: director directors
workspace role: viewer viewers reader readers / editor editors / commenter commenters / owner owners
workspace role: admin admins administrator administrators / guest guests / moderator moderators
fare: flex flexible / saver / non-refundable nonrefundable / first-class / economy / premium-economy
fare: promo promotional / standard / last-minute
account: savings / checking current / joint / business / student / junior teen / credit
loan: fixed fixed-rate / variable variable-rate / mortgage / overdraft
transfer: instant real-time / ordinary regular standard / international foreign swift / domestic / scheduled
dispute: fraud fraudulent unauthorised unauthorized / billing / delivery
card: debit / credit / prepaid / virtual / gift / business / sim / fuel
care: inpatient inpatients / outpatient outpatients / emergency / intensive / maternity
urgency: urgent emergency critical / routine ordinary regular / planned scheduled
scan: mri / x-ray x-rays / ct / ultrasound / blood
vaccine: flu / covid / measles / tetanus / travel
person: patient patients / visitor visitors / relative relatives
age group: adult adults / child children kid kids / infant infants baby babies toddler toddlers
age group: senior seniors pensioner pensioners / teenager teenagers teen teens / student students
environment: production live / sandbox staging test / development
operation: read / write / delete
request method: get / post / put
season: spring / summer / autumn fall / winter / high-season peak / low-season off-season
day: monday mondays / tuesday tuesdays / wednesday wednesdays / thursday thursdays / friday fridays
day: saturday saturdays / sunday sundays
daytime: morning mornings / afternoon afternoons / evening evenings / night nights
order: first initial 1st / second 2nd follow-up / third 3rd / fourth 4th / last final / subsequent further additional
metal: gold / silver / platinum / bronze / diamond
colour: red / green / blue / yellow / black / white
direction: inbound incoming / outbound outgoing
side: sender / recipient addressee
rent: landlord owner owners / tenant tenants
ticket: single one-way / return round-trip / day / weekly / monthly / season annual
product of print: poster posters / mug mugs / shirt shirts t-shirt
language: english / german / french / spanish / italian / japanese / chinese
dimension: width / height / depth / length
recording: call calls / screen screens / video / chat
storage: attachment attachments / avatar avatars / video videos / image images / document documents
leave: sick sickness / parental maternity paternity / annual vacation / bereavement / unpaid / study / military
leave: administrative
insurance: home household / car motor / health / travel / life / pet / liability / dental
sports: gym / pool / sauna / court
subject of care: dental / optical / hearing
""".strip()

NOT_IN_HEADINGS = frozenset({"size", "height", "length", "weight", "age of things", "quality", "order", "direction"})
"""Sorts of adjectives: in a heading ("First steps", "At a high level") they say nothing of what stands below."""

CONTRASTS: dict[str, dict[str, str]] = {}
for _line in _SORTS.splitlines():
    _sort, _members = _line.split(": ")
    for _member in _members.split(" / "):
        _words = _member.split()
        CONTRASTS.setdefault(_sort, {})[_words[0]] = "|".join(re.escape(w).replace(r"\-", r"[- ]?") for w in _words)
