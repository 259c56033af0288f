"""The people of the demo: companies, groups, teams and users."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from workfront_orm.sandbox.workfront import data_words as words
from workfront_orm.sandbox.workfront.data_tenant import (
    make_company,
    make_group,
    make_membership,
    make_schedule,
    make_user,
    make_user_role,
)
from workfront_orm.sandbox.workfront.data_world import Row, Tables, World, chance, wire_date

if TYPE_CHECKING:
    from collections.abc import Iterable

_ONE_LEFT_OF = 13  # users: every thirteenth is deactivated


def people(world: World, count: int) -> Tables:
    """Companies, groups, teams and `count` more users; replaces what `world` offers to later parts."""
    dice = world.dice("people")
    tables: Tables = {
        "CMPY": [make_company(world, name, primary=False) for name in words.COMPANIES],
        "GROUP": [
            make_group(world, "Marketing", "Marketing & brand", None),
            make_group(world, "Creative", "Design and text", "Marketing"),
            make_group(world, "IT & Operations", "", None),
            make_group(world, "Vertrieb / Süd", "Sales, south", None),
        ],
        "SCHED": [make_schedule(world, "berlin", "Berlin, with holidays", default=False)],
    }
    berlin = tables["SCHED"][0]["ID"]
    tables["NONWKD"] = [
        _holiday(world, berlin, year, day) for year in range(-1, 2) for day in ("01-01", "05-01", "12-25", "12-26")
    ]
    world.companies = [*world.companies, *tables["CMPY"]]
    world.groups = [*world.groups, *tables["GROUP"]]
    tables["USER"] = users = [_person(world, number) for number in range(count)]
    for user in users:
        user["managerID"] = (
            dice.choice((world.admin, world.people[1]["ID"], users[0]["ID"])) if user is not users[0] else None
        )
    active = [user for user in users if user["isActive"]]
    world.people = [*world.people, *active]
    tables["TEAMOB"] = [
        _team(world, name, dice.choice(active)) for name in ("Web", "Campaigns", "Studio <A/B>", "Data & Reports")
    ]
    world.teams = tables["TEAMOB"]
    tables["USRGPS"] = [make_membership(world, user, user["homeGroupID"], owner=False) for user in users]
    for user in users:
        second = dice.choice(world.groups)["ID"]
        if second != user["homeGroupID"]:
            tables["USRGPS"].append(make_membership(world, user, second, owner=chance(dice, 0.1)))
    tables["USRROL"] = [make_user_role(world, user) for user in users]
    tables["TEAMMB"] = list(_team_members(world))
    tables["RESVT"] = [_time_off(world, user, number) for number, user in enumerate(active[:8])]
    tables["USRDEL"] = [_delegation(world, active[0], active[1])]
    return tables


def _holiday(world: World, schedule: str, year: int, day: str) -> Row:
    date = f"{world.calendar.today.year + year}-{day}"
    return {
        "ID": world.id("NONWKD", date),
        "customerID": world.customer,
        "scheduleID": schedule,
        "nonWorkDate": f"{date}T00:00:00:000+0000",
        "objID": schedule,
        "objObjCode": "SCHED",
    }


def _person(world: World, number: int) -> Row:
    dice = world.dice("person", number)
    if number < len(words.HOSTILE_PEOPLE):
        name = words.HOSTILE_PEOPLE[number]
    else:
        first = words.FIRST_NAMES[(number - len(words.HOSTILE_PEOPLE)) % len(words.FIRST_NAMES)]
        name = (first, words.LAST_NAMES[dice.randrange(len(words.LAST_NAMES))])
    row = make_user(
        world,
        f"user{number + 1:03}@sandbox.example",
        name,
        level=dice.choices(("Standard", "Light", "Contributor", "External User"), (6, 3, 2, 1))[0],
        role=dice.choice(world.roles),
        title=dice.choice(words.TITLES),
    )
    city, country, zone = dice.choice(words.CITIES)
    row.update(
        city=city,
        country=country,
        timeZone=zone,
        phoneNumber=f"+49 30 5550{number:04}" if chance(dice, 0.7) else None,
        isActive=number % _ONE_LEFT_OF != _ONE_LEFT_OF - 1,
        homeGroupID=dice.choice(world.groups)["ID"],
        companyID=dice.choice(world.companies)["ID"] if chance(dice, 0.3) else row["companyID"],
        costPerHour=float(dice.randrange(30, 90)),
        extRefID=f"HR-{1000 + number}" if number % 3 == 0 else None,
    )
    row["billingPerHour"] = row["costPerHour"] * 2
    return row


def _team(world: World, name: str, owner: Row) -> Row:
    agile = name == "Web"
    return {
        "ID": world.id("TEAMOB", name),
        "customerID": world.customer,
        "name": name,
        "description": f"Team {name}",
        "ownerID": owner["ID"],
        "groupID": world.group,
        "scheduleID": world.schedule,
        "isActive": True,
        "isAgile": agile,
        "agileMethodology": "SCRUM" if agile else None,
        "agileEstimateType": "STORY_POINTS" if agile else None,
        "teamType": "PROJECT",
    }


def _team_members(world: World) -> Iterable[Row]:
    """Give everybody a home team; every seventh person is in a second one, and the administrator is in none."""
    for number, user in enumerate(world.people[1:]):
        home = world.teams[number % len(world.teams)]
        user["homeTeamID"] = home["ID"]
        second = (world.teams[(number + 1) % len(world.teams)],) if number % 7 == 0 else ()
        for team in (home, *second):
            yield {
                "ID": world.id("TEAMMB", f"{team['ID']}/{user['ID']}"),
                "customerID": world.customer,
                "teamID": team["ID"],
                "userID": user["ID"],
                "hasAssignPermissions": True,
            }


def _time_off(world: World, user: Row, number: int) -> Row:
    return {
        "ID": world.id("RESVT", user["ID"]),
        "customerID": world.customer,
        "userID": user["ID"],
        "startDate": world.calendar.start(5 * number),
        "endDate": world.calendar.end(5 * number + 4),
        "extRefID": None,
    }


def _delegation(world: World, absent: Row, delegate: Row) -> Row:
    return {
        "ID": world.id("USRDEL", absent["ID"]),
        "customerID": world.customer,
        "fromUserID": absent["ID"],
        "toUserID": delegate["ID"],
        "startDate": world.stamp,
        "endDate": wire_date(world.now + timedelta(days=14)),
    }
