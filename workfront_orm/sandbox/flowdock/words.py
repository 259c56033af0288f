"""Words of the demo data."""

from __future__ import annotations

PEOPLE = (
    ("Aino", "Aino Virtanen"),
    ("jose", "José García"),
    ("Mei", "Mei Chen"),
    ("Pavel", "Pavel Novák"),
    ("Chidi", "Chidi Okafor"),
    ("lena", "Lena Weiß"),
    ("Sam", "Sam Ortiz"),
    ("Yuki", "Yuki Tanaka"),
    ("Noor", "Noor Haddad"),
    ("Tom", "Tom Baker"),
)

SUBJECTS = (
    "spring campaign",
    "billing page",
    "sign-up form",
    "export to CSV",
    "annual report",
    "mobile menu",
    "search index",
    "welcome mail",
    "price list",
    "photo shooting",
    "translation",
    "backup job",
)

SAYINGS = (
    "Does anybody know who looks after the {subject}?",
    "@{nick} could you have a look at the {subject} today?",
    "The {subject} is ready for review: https://wiki.example/pages/{number}",
    "Done with the {subject}, see ticket {number}.",
    "@team the {subject} moves to next week.",
    "@everyone stand-up in five minutes",
    "I found a problem in the {subject} #bug",
    "Thanks {nick}, that helped with the {subject}.",
    "Numbers of the {subject}: {number} visits, twice as many as last week.",
    "Who signs off the {subject}? The customer waits.",
    "Let us decide on the {subject} on Thursday #decision",
    "The {subject} broke again, mail the log to ops@acme.example please",
)

TAGS = ("bug", "decision", "idea", "customer", "todo", "later")

STATUSES = (("green", "TODO"), ("yellow", "DOING"), ("blue", "REVIEW"), ("grey", "DONE"), ("red", "BLOCKED"))
