"""Scope words by kind: plans, regions, channels, customers, states of goods … as patterns, in any case.

A sentence that names one holds for it; two that name different ones of a kind do not contradict each other.
"""

# ruff: noqa: E501

from __future__ import annotations

GROUPS: dict[str, dict[str, str]] = {
    "plan": {
        "free": r"free (?:plan|tier|accounts?|users?|members?|version|customers?)|(?:on|for) (?:the )?free plan",
        "basic": r"basic|starter|essentials?|lite|entry[- ]level", "standard": r"standard (?:plan|tier|package|accounts?|customers?|subscription|members?)",
        "plus": r"plus (?:plan|tier|members?|customers?|subscription)|\bPlus\b", "premium": r"premium|pro\b|professional (?:plan|tier|customers?|accounts?)", "business": r"business (?:plan|tier|accounts?|customers?|package|class|subscription)",
        "enterprise": r"enterprise", "gold": r"gold", "silver": r"silver", "platinum": r"platinum", "bronze": r"bronze", "prepaid": r"pre-?paid|pay[- ]as[- ]you[- ]go", "postpaid": r"post-?paid|contract customers?|monthly contracts?",
        "trial": r"trials?",
    },
    "region": {
        "eu": r"(?<!outside the )(?<!outside )(?<!outside of the )(?<!non-)(?-i:EU|E\.U\.)|european union|europe|eea", "us": r"(?-i:U\.?S\.?A?)|united states|american?|domestic(?:ally)?|contiguous", "uk": r"u\.?k\.?\b|united kingdom|britain|england", "de": r"germany|german", "fr": r"france|french",
        "ca": r"canad(?:a|ian)", "au": r"australian?", "jp": r"japan(?:ese)?", "ch": r"switzerland|swiss", "at": r"austrian?", "es": r"spain|spanish", "international": r"international(?:ly)?|abroad|overseas|foreign|outside (?:the |of )?\w+|worldwide|non-?(?:eu|us|uk)",
        "ak_hi": r"alaska|hawaii|puerto rico", "california": r"californian?", "local": r"locally|local (?:deliver\w*|area|customers?)", "remote area": r"remote areas?|islands?|rural",
    },
    "channel": {
        "online": r"online|web ?site|on the web|web (?:orders?|purchases?)|portal", "store": r"in[- ]stores?|(?:at|from|the|our|any|a|to|local|physical) stores?\b(?! credit)|stores? (?:hours?|purchases?|pick-?up|opens?|closes?)|shops?\b|retail|showroom|branch(?:es)?|at the counter", "phone": r"(?:by|over the|via|per) (?:tele)?phone|phone (?:support|orders?|lines?|queue|calls?|agents?)|hotline|telephone", "chat": r"(?:live )?chat",
        "email": r"e-?mails?", "app": r"(?:mobile |in the |via the |the )app\b|in-app", "post": r"by (?:post|mail)\b|postal", "marketplace": r"marketplaces?|third-party sellers?|partner stores?|resellers?",
    },
    "customer": {
        "business": r"business (?:customers?|users?|clients?|buyers?|accounts?|travell?ers?|orders?)|corporate|companies|b2b|commercial|wholesale", "private": r"private (?:customers?|individuals?)|residential|consumers?|households?|personal accounts?|individuals\b",
        "student": r"students?", "senior": r"seniors?|pensioners?|over-?65s?", "new": r"new (?:customers?|users?|accounts?|members?|hires?|employees?|subscribers?|patients?|clients?|drivers?|tenants?)|first[- ]time|first-year", "existing": r"existing|current (?:customers?|members?)|returning (?:customers?|members?|patients?|guests?)|long-?standing|loyal",
        "member": r"(?<!non-)(?<!team )(?<!family )members?\b(?! of)", "non-member": r"non-?members?|guests? (?:checkout|users?)", "employee": r"employees?|staff", "contractor": r"contractors?|freelancers?|vendors?", "child": r"child(?:ren)?|kids?|minors?|infants?|toddlers?|under-?\d\d", "adult": r"adults?", "manager": r"managers?|supervisors?", "military": r"military|veterans?",
        "full-time": r"full[- ]time", "part-time": r"part[- ]time",
    },
    "state": {
        "faulty": r"defective|faulty|damaged|broken|defects?|doa|wrong items?|incorrect items?", "sale": r"sale items?|clearance|discounted|outlet|final[- ]sale|reduced|marked[- ]down", "opened": r"(?<!un)opened|used items?", "unopened": r"unopened|sealed|unused|unworn", "refurbished": r"refurbished|second-?hand|pre-?owned|renewed|(?<!un)used (?:devices?|phones?|cars?)",
        "new device": r"brand[- ]new|new (?:devices?|phones?|cars?|vehicles?|items?|products?)", "digital": r"digital|downloads?|e-?books?|software licen[cs]es?|gift cards?|vouchers?", "perishable": r"perishable|food items?|groceries", "custom": r"custom(?:ised|ized|-made| made)|personali[sz]ed|made[- ]to[- ]order|engraved|bespoke", "oversized": r"over-?sized?|bulky|large items?|furniture|heavy", "small": r"small (?:items?|parcels?)",
        "electronics": r"electronics?|laptops?|tablets?|computers?", "clothing": r"clothing|clothes|apparel|shoes|garments?", "accessory": r"accessor(?:y|ies)",
        "global": r"global(?:ly)?", "custom policy": r"custom (?:polic|retention|rule)\w*", "first": r"first (?:bag|checked|offen[cs]e|warning|violation|reminder|line)", "second": r"second (?:bag|checked|offen[cs]e|warning|violation|reminder|line)|2nd|additional (?:bag|line|user|device)s?", "third": r"third (?:bag|offen[cs]e|violation|reminder)",
        "voluntary": r"voluntar(?:y|ily)", "involuntary": r"involuntar(?:y|ily)", "extended": r"extended (?:warranty|cover|plan)", "annual": r"annual(?:ly)? (?:plans?|subscriptions?|contracts?|billing|payments?|customers?)|billed (?:annually|yearly)|yearly (?:plans?|subscriptions?)", "monthly": r"monthly (?:plans?|subscriptions?|contracts?|billing|payments?|customers?)|billed monthly",
    },
    "delivery": {
        "standard": r"standard (?:shipping|delivery|post|service)|economy|regular (?:shipping|delivery)", "express": r"express|next[- ]day|same[- ]day|overnight|expedited|priority|rush", "pickup": r"pick-?up|click (?:and|&) collect|collection point|curbside",
    },
    "payment": {
        "card": r"(?<!sim )(?<!gift )(?<!id )(?:credit |debit )?cards? (?:payments?|refunds?|purchases?)|credit cards?|debit cards?|visa|mastercard|(?:by|to|with) (?:a |your |the )?card", "paypal": r"paypal", "transfer": r"bank transfers?|wire|sepa|iban|bank accounts?", "debit": r"direct debits?", "invoice": r"(?:pay(?:ment|ing)?|purchases?) (?:by|on) invoice", "cash": r"cash\b(?! ?back)", "check": r"cheques?|paper checks?|by check", "gift card": r"gift cards?|store credits?|vouchers?", "crypto": r"crypto\w*|bitcoin", "instalments": r"instal?lments?|financ(?:ed|ing)",
    },
    "remedy": {
        "refund": r"refund\w*|money back", "exchange": r"exchang\w+|swaps?|replac\w+", "warranty": r"warrant(?:y|ies)|guarantee", "repair": r"repair\w*", "cancellation": r"cancel\w*", "complaint": r"complain\w*", "appeal": r"appeal\w*",
    },
    "when": {
        "weekday": r"weekdays?|monday (?:to|through|[-–]) friday|mon(?:day)?s?\s?[-–]\s?fri(?:days?)?|on business days", "weekend": r"weekends?|saturdays?|sundays?|sat(?:urday)?\s?[-–]\s?sun(?:day)?", "holiday": r"(?:public |bank |federal )?holidays?(?! (?:pay|allowance|entitlement))|christmas|festive|black friday", "summer": r"summer", "winter": r"winter", "peak": r"(?<!off-)(?<!off )peak", "off-peak": r"off[- ]peak", "emergency": r"emergenc(?:y|ies)|urgent", "night": r"at night|night(?:time|s)?\b(?! stay)|after[- ]hours|out of hours", "business hours": r"(?:during )?(?:business|office|working|opening) hours",
    },
    "product": {
        "mobile": r"mobile (?:plans?|contracts?|customers?|phones?|data|services?)|cell(?:ular)? |smartphones?|handsets?", "broadband": r"broadband|fib(?:er|re)|dsl|cable internet|home internet", "tv": r"\btv\b|television|streaming box|set-top", "landline": r"landlines?", "router": r"routers?|modems?", "sim": r"e?sim cards?|e-?sims?|sims?\b", "car": r"cars?\b|vehicles?", "bike": r"bikes?|bicycles?|scooters?", "dog": r"dogs?\b", "cat": r"cats?\b", "hotel": r"hotels?|lodging|rooms?\b", "flight": r"flights?|air ?fares?|airline", "train": r"trains?\b|rail", "checking": r"(?:checking|current) accounts?", "savings": r"savings?(?: accounts?)?\b", "loan": r"loans?|mortgages?", "home insurance": r"home (?:insurance|polic)\w*", "laptop": r"laptops?|notebooks?", "tablet": r"tablets?", "phone device": r"(?:new |your |the |a )phones?\b(?! (?:number|call|support|line))", "subscription": r"subscriptions?", "breakfast": r"breakfast", "lunch": r"lunch", "dinner": r"dinner", "carry-on": r"carry-?on|cabin bag|hand luggage", "checked bag": r"checked (?:bag|luggage|baggage)\w*|hold luggage",
        "api": r"\bapi\b", "domain": r"domains?\b", "sick leave": r"sick (?:leave|days?|pay)", "vacation": r"(?:annual|vacation) (?:leave|days?)|holiday (?:allowance|entitlement)|vacation", "maternity": r"maternity", "paternity": r"paternity", "parental": r"parental leave", "warranty": r"warrant(?:y|ies)",
    },
    "months": {
        "january": r"(?<!\d )(?<!\d\. )(?-i:January)(?! \d)", "february": r"(?<!\d )(?<!\d\. )(?-i:February)(?! \d)", "march": r"(?<!\d )(?<!\d\. )(?-i:March)(?! \d)", "april": r"(?<!\d )(?<!\d\. )(?-i:April)(?! \d)", "june": r"(?<!\d )(?<!\d\. )(?-i:June)(?! \d)", "july": r"(?<!\d )(?<!\d\. )(?-i:July)(?! \d)", "august": r"(?<!\d )(?<!\d\. )(?-i:August)(?! \d)", "september": r"(?<!\d )(?<!\d\. )(?-i:September)(?! \d)", "october": r"(?<!\d )(?<!\d\. )(?-i:October)(?! \d)", "november": r"(?<!\d )(?<!\d\. )(?-i:November)(?! \d)", "december": r"(?<!\d )(?<!\d\. )(?-i:December)(?! \d)", "may": r"(?-i:(?:[Ff]rom|in|to|until|and|of|during|through|since|by) May)(?! \d)",
    },
}  # fmt: skip
