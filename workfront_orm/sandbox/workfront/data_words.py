"""Names and sentences of the demo data: all of them invented here.

Some are hard on purpose, as real tenants are: accents, other scripts, emoji, quotes, slashes, angle brackets, percent signs
and underscores (wildcards of `like`), blanks at either end. Whoever shows or filters them has to treat them as text.
"""

# ruff: noqa: RUF001 - signs that look like others belong here

from __future__ import annotations

FIRST_NAMES = (
    "Ann", "Ben", "Chloé", "Dmitri", "Elif", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Keiko", "Liam", "Mareike",
    "Nadia", "Oluwaseun", "Petra", "Quentin", "Rosa", "Søren", "Tomáš", "Uma", "Valérie", "Wen", "Ximena", "Yusuf", "Zoë",
    "Seán", "José", "Łukasz", "Anaïs",
)  # fmt: skip

LAST_NAMES = (
    "Keller", "Okafor", "Marchand", "Sokolov", "Yılmaz", "Haddad", "Lindqvist", "Moreau", "Duarte", "Weber", "Tanaka",
    "O'Brien", "Brandt", "Rahimi", "Adeyemi", "Novák", "Lefèvre", "Bianchi", "Jørgensen", "Dvořák", "Nair", "Rousseau",
    "Zhang", "Herrera", "Demir", "van der Berg", "Murphy", "Álvarez", "Wiśniewski", "Faure",
)  # fmt: skip

HOSTILE_PEOPLE = (
    ("Robin", "<b>Sharp</b>"),
    ("  Kit", "Larsen  "),
    ("李", "娜"),
    ('Pat "Patch"', "O'Neill/Smith"),
    ("Noor & Co", "🦊 Fox"),
)  # fmt: skip

TITLES = (
    "Project Manager", "Senior Designer", "Copywriter", "Web Developer", "QA Engineer", "Business Analyst",
    "Campaign Manager", "Art Director", "Data Engineer", "Translator",
)  # fmt: skip

CITIES = (
    ("Berlin", "Germany", "Europe/Berlin"),
    ("Lyon", "France", "Europe/Paris"),
    ("Leeds", "United Kingdom", "Europe/London"),
    ("Denver", "United States", "America/Denver"),
    ("Osaka", "Japan", "Asia/Tokyo"),
    ("São Paulo", "Brazil", "America/Sao_Paulo"),
)  # fmt: skip

ROLES = (
    ("Project Manager", "Plans and steers projects", 60.0, 130.0),
    ("Designer", "Layouts, artwork, prototypes", 48.0, 110.0),
    ("Copywriter", "Texts of all kinds", 42.0, 95.0),
    ("Developer", "Web sites and integrations", 65.0, 140.0),
    ("QA Engineer", "Tests and sign-off", 50.0, 105.0),
    ("Analyst", "Requirements & reporting", 55.0, 120.0),
)  # fmt: skip

COMPANIES = (
    "Nordlicht Media", "Café Bellevue & Söhne", "Harbour / Lane Partners", "Tidewater <Labs>", "Atelier 9", "Quillon GmbH",
    "Mistral Énergie", 'Green & Gold "Foods"',
)  # fmt: skip

PORTFOLIOS = (
    ("Marketing", "Everything that customers see"),
    ("IT & Operations", "Everything that keeps running"),
    ("Clients", "Work for others"),
)  # fmt: skip

PROGRAMS = (
    ("Brand", 0), ("Web", 0), ("Campaigns", 0), ("Infrastructure", 1), ("Workplace", 1), ("Retail clients", 2),
    ("Énergie clients", 2), ("Pro bono", 2),
)  # fmt: skip

PROJECT_KINDS = (
    "Brand refresh", "Product launch", "Newsletter", "Trade fair", "Annual report", "Intranet move", "Data clean-up", "Video series",
    "Packaging", "Customer survey", "Onboarding kit", "Price list", "Loyalty programme", "Landing pages",
)  # fmt: skip

PROJECT_PLACES = (
    "North", "South", "Île-de-France", "Benelux", "Nordics", "Japan", "Q1", "Q2", "Q3", "Q4", "phase 2", "pilot", "2.0", "for partners",
)  # fmt: skip

HOSTILE_PROJECTS = (
    "<script>alert('project')</script>",
    "  Leading and trailing blanks  ",
    "Robert'); DROP TABLE TASK;--",
    "100 % recycled_paper (phase 1/2)",
    "Über-Café “Été” 🚀",
    "Comma, semicolon; and: colon",
    "$$USER.ID",
)  # fmt: skip

PHASES = ("Discovery", "Concept", "Production", "Review", "Roll-out", "Wrap-up")

WORK_VERBS = (
    "Draft", "Review", "Approve", "Design", "Build", "Test", "Translate", "Collect", "Publish", "Measure", "Brief", "Proofread",
)  # fmt: skip

WORK_THINGS = (
    "home page", "style guide", "photo shoot", "key visual", "press release", "price table", "contact form", "FAQ & glossary",
    "site map", "cookie banner", "product texts", "budget <draft>", "test plan", "newsletter #1", "storyboard", "résumé of results",
    "API access", "landing page", "media plan", "user interviews",
)  # fmt: skip

ISSUES = (
    "Logo is blurred on mobile", "Login page shows an error", "Typing error in the price table", "Please add the French text",
    "Photo has no licence", "Form sends two e-mails", "Wrong colour: #FF0000 instead of #E60000", "Deadline cannot be met",
    "Link in footer is broken", 'Need access for "freelancers"', "Page is slow (> 5 s)", "Café menu: prices missing",
)  # fmt: skip

TOPICS = ("Website", "Print", "Access & accounts", "Something else")

NOTES = (
    "Looks good to me.", "Can we move this to next week?", "The client asked for a second version – see attachment.",
    "Done, please review 👍", "Blocked: waiting for the texts from Lyon.", "I've updated the file in the folder.",
    "Price is 5 < 7, so we take the first offer & sign.", "Merci ! C'est parfait.", "Who decides this?\nI would say: the owner.",
    "Budget is used up to 80 %.", "请看附件", "  spaces at both ends  ",
)  # fmt: skip

REPLIES = ("Thanks!", "Agreed.", "No, see my mail of Monday.", "Will do by Friday.", "👍", "Could you be more precise?")

DESCRIPTIONS = (
    "Agreed in the kick-off; details are in the brief.",
    'Line one\nLine two with a tab\tand "quotes".',
    "Ziel: 3 Entwürfe bis Ende des Monats.",
    "See https://intranet.example/wiki?page=42&lang=fr",
    "",
)  # fmt: skip

FILES = (
    ("Brief", "docx"), ("Layout v2 – final (really)", "pdf"), ("Photos Été", "zip"), ("Budget 50%", "xlsx"), ("Minutes/agenda", "txt"),
    ("Storyboard", "png"), ("Contract <signed>", "pdf"), ("Export_2", "csv"),
)  # fmt: skip

EXPENSES = ("Train tickets", "Stock photos", "Printing, 500 copies", "Hotel “Bellevue”", "Software licence", "Catering")

RISKS = ("Supplier is late", "Key person leaves", "Budget is cut", "Texts are not approved in time")

TEMPLATES = (
    ("Standard campaign", ("Brief", "Concept", "Artwork", "Copy", "Approval", "Launch", "Report")),
    ("Website project", ("Kick-off", "Requirements", "Design", "Build", "Test", "Go live", "Hand-over")),
    ("Événement / event", ("Venue", "Invitations", "Programme", "Catering", "The day", "Thank-you mails")),
)  # fmt: skip
