"""The small made-up benchmark: a world of common knowledge and four-way questions about it.

Every fact stands in the tables below. A question is drawn from a *kind* (a relation with several
wordings); its wrong options come from the kind's own pool. Which (question, answer, wrong option)
combinations may be used for training and which are held out is decided by a checksum, so that the
two sets never meet and no list has to be kept.
"""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable
from dataclasses import dataclass

HELD_OUT_PERCENT = 30
MAX_NUMBER = 20


@dataclass(frozen=True)
class Row:
    """One question in MMLU's columns."""

    question: str
    subject: str
    choices: tuple[str, str, str, str]
    answer: int


@dataclass(frozen=True)
class Fact:
    """One thing that is true: the words a template needs, the answer, and the key of the relation."""

    words: tuple[str, ...]
    answer: str


@dataclass(frozen=True)
class Kind:
    """A relation that questions can be asked about."""

    name: str
    subject: str
    templates: tuple[str, ...]
    facts: tuple[Fact, ...]
    wrong: Callable[[Fact], list[str]]


LIVING = {
    "bird": "sparrow eagle owl robin penguin parrot pigeon crow swan goose ostrich stork falcon gull peacock woodpecker",
    "fish": "salmon trout tuna shark cod herring carp eel sardine haddock piranha mackerel",
    "insect": "ant bee wasp beetle butterfly moth mosquito fly cricket grasshopper dragonfly ladybird",
    "mammal": "dog cat horse cow lion tiger elephant wolf bear rabbit mouse fox deer whale giraffe monkey",
    "reptile": "snake lizard crocodile turtle tortoise gecko iguana alligator chameleon cobra python viper",
    "fruit": "apple banana pear grape lemon cherry plum peach mango strawberry raspberry melon pineapple apricot",
    "vegetable": "carrot potato onion cabbage spinach broccoli cauliflower leek celery beetroot turnip lettuce",
    "forest tree": "oak pine birch willow beech maple cedar ash elm spruce poplar larch",
    "flower": "rose tulip daisy lily orchid violet daffodil sunflower poppy iris carnation snowdrop",
}

OBJECTS = {
    "tool": "hammer saw screwdriver drill spanner chisel axe shovel rake pliers file wrench",
    "musical instrument": "piano guitar violin flute trumpet drum cello harp clarinet trombone banjo oboe",
    "piece of clothing": "shirt coat dress skirt sock glove hat scarf jacket trousers sweater belt",
    "vehicle": "car bus train bicycle truck boat aeroplane tram ferry motorcycle helicopter tractor",
    "piece of furniture": "chair table sofa bed desk wardrobe shelf stool bench cupboard armchair bookcase",
    "drink": "water milk tea coffee juice beer wine cocoa lemonade cider whisky soda",
    "metal": "iron steel tin lead zinc aluminium nickel titanium platinum mercury brass tungsten",
    "colour": "red blue green yellow purple pink brown black white grey scarlet turquoise",
    "sport": "football tennis rugby hockey golf swimming boxing cycling basketball volleyball rowing fencing",
    "building": "house school church castle hospital library hotel factory barn palace museum prison",
    "part of the body": "arm leg foot hand head nose ear eye knee elbow shoulder finger",
    "job": "doctor teacher farmer baker nurse pilot lawyer plumber carpenter tailor dentist butcher",
}

CAPITALS = """France Paris, Germany Berlin, Italy Rome, Spain Madrid, Portugal Lisbon, England London,
Ireland Dublin, Norway Oslo, Sweden Stockholm, Finland Helsinki, Denmark Copenhagen, Poland Warsaw,
Austria Vienna, Hungary Budapest, Greece Athens, Russia Moscow, Japan Tokyo, China Beijing, Thailand Bangkok,
Egypt Cairo, Kenya Nairobi, Canada Ottawa, Cuba Havana, Peru Lima, Chile Santiago, Belgium Brussels,
Romania Bucharest, Bulgaria Sofia, Iceland Reykjavik, Nepal Kathmandu, Vietnam Hanoi, Turkey Ankara,
Iran Tehran, Iraq Baghdad, Ghana Accra, Senegal Dakar, Colombia Bogota, Uruguay Montevideo, Ethiopia Addis_Ababa,
India New_Delhi"""

CONTINENTS = {
    "Europe": "France Germany Italy Spain Portugal Norway Sweden Finland Poland Austria Hungary Greece Belgium Ireland",
    "Asia": "Japan China Thailand India Nepal Vietnam Iran Iraq Mongolia Malaysia",
    "Africa": "Egypt Kenya Ghana Senegal Ethiopia Nigeria Morocco Tanzania Zambia Uganda",
    "South America": "Peru Chile Colombia Uruguay Brazil Argentina Bolivia Ecuador",
    "North America": "Canada Cuba Mexico Panama Guatemala Jamaica",
}

OPPOSITES = """hot cold, big small, fast slow, up down, old new, happy sad, rich poor, light dark, wet dry, full empty,
hard soft, high low, early late, open closed, strong weak, long short, thick thin, clean dirty, loud quiet, near far,
inside outside, above below, always never, love hate, win lose, buy sell, push pull, begin finish, asleep awake,
brave cowardly, cheap expensive, deep shallow, wide narrow, sharp blunt, smooth rough, sweet bitter, true false,
front back, day night, war peace, friend enemy, arrive depart, remember forget, build destroy, laugh cry, give take,
tight loose, polite rude, generous selfish, guilty innocent, visible hidden, permanent temporary, major minor,
guest host, victory defeat"""

SIMILAR = """large huge, quick rapid, glad cheerful, angry furious, clever intelligent, shut close, speak talk, start commence,
choose select, repair mend, gift present, mistake error, ill sick, tired weary, scared afraid, odd strange,
correct accurate, silent mute, stone rock, street road, infant baby, shout yell, sea ocean, jump leap,
construct assemble, purchase acquire, assist help, reply respond, wealthy affluent, difficult tough, tale story,
trip journey, woods forest, couch settee, centre middle, entire whole, wonderful marvellous, permit allow"""

YOUNG = """dog puppy, cat kitten, cow calf, horse foal, sheep lamb, pig piglet, duck duckling, goose gosling,
frog tadpole, bear cub, deer fawn, goat kid, swan cygnet, kangaroo joey, owl owlet, eagle eaglet,
butterfly caterpillar, hare leveret, human baby, eel elver"""

HOMES = """bee hive, bird nest, dog kennel, horse stable, spider web, rabbit burrow, lion den, pig sty, ant anthill,
goldfish aquarium, monk monastery, king palace, soldier barracks, nun convent, beaver lodge, snail shell,
parrot cage"""

USERS = """carpenter saw, painter brush, farmer plough, fisherman rod, cook oven, photographer camera,
astronomer telescope, drummer sticks, archer bow, doctor stethoscope, teacher blackboard, judge gavel, tailor thread,
sailor anchor, firefighter hose, bricklayer trowel, lumberjack axe, barber razor, writer pen"""

MADE_FROM = """bread flour, cheese milk, paper wood, wine grapes, windows glass, jumpers wool, candles wax, chocolate cocoa,
tyres rubber, rings gold, omelettes eggs, beer barley, bricks clay, saddles leather, cider apples, ropes hemp"""

MONTHS = "January February March April May June July August September October November December".split()


def _pairs(table: str) -> list[tuple[str, str]]:
    """Reads 'a b, c d' tables; an underscore stands for a space inside a name."""
    words = [entry.split() for entry in table.replace("\n", " ").split(",")]
    return [(first.replace("_", " "), second.replace("_", " ")) for first, second in words]


def _article(noun: str) -> str:
    return ("an " if noun[0].lower() in "aeiou" else "a ") + noun


def _others(facts: tuple[Fact, ...]) -> Callable[[Fact], list[str]]:
    """Wrong options are the answers of the other facts, never a word of the question itself."""
    answers = sorted({fact.answer for fact in facts})
    return lambda fact: [word for word in answers if word != fact.answer and word not in fact.words]


def _membership(subject: str, table: dict[str, str]) -> Kind:
    """'Which of these is a bird?': the wrong options are members of other categories."""
    member_of = {word: category for category, words in table.items() for word in words.split()}
    facts = tuple(Fact((_article(category), category), word) for word, category in member_of.items())
    templates = (
        "Which of these is {0}?",
        "Which of the following is {0}?",
        "Only one of these words names {0}. Which one?",
        "Find the {1} in this list.",
    )
    return Kind(
        f"member/{subject}", subject, templates, facts,
        lambda fact: [word for word, category in member_of.items() if category != fact.words[1]],
    )


def _relation(name: str, subject: str, table: str, *templates: str) -> Kind:
    """A relation given by pairs: {0} and {1} are the question's word without and with its article."""
    facts = tuple(Fact((first, _article(first)), second) for first, second in _pairs(table))
    return Kind(name, subject, templates, facts, _others(facts))


def _opposites() -> Kind:
    both = _pairs(OPPOSITES)
    facts = tuple(Fact((a,), b) for a, b in both + [(b, a) for a, b in both])
    return Kind(
        "opposite", "english_vocabulary",
        ("Which word means the opposite of {0}?", "What is the opposite of {0}?", "The opposite of {0} is"),
        facts, _others(facts),
    )


def _continents() -> Kind:
    """Countries by continent. There are five continents only, so the country is the option here."""
    continent_of = {land: continent for continent, lands in CONTINENTS.items() for land in lands.split()}
    facts = tuple(Fact((continent,), land) for land, continent in continent_of.items())
    return Kind(
        "continent", "world_geography",
        ("Which of these countries is in {0}?", "Which country lies in {0}?", "Find the country in {0}."),
        facts, lambda fact: [land for land, continent in continent_of.items() if continent != fact.words[0]],
    )


def _months() -> Kind:
    facts = []
    for index, month in enumerate(MONTHS):
        facts.append(Fact((month, "right after"), MONTHS[(index + 1) % 12]))
        facts.append(Fact((month, "right before"), MONTHS[index - 1]))
    return Kind(
        "month", "general_knowledge",
        ("Which month comes {1} {0}?", "What is the month {1} {0}?"),
        tuple(facts), _others(tuple(facts)),
    )


def _arithmetic() -> list[Kind]:
    """Sums, differences and neighbours among the numbers from 0 to 20."""
    numbers = range(MAX_NUMBER + 1)
    sums = [Fact((str(a), str(b)), str(a + b)) for a in range(2, 11) for b in range(1, 11)]
    differences = [Fact((str(a), str(b)), str(a - b)) for a in range(2, 13) for b in range(1, min(a, 11))]
    doubles = [Fact((str(a),), str(2 * a)) for a in range(1, 11)]
    following = [Fact((str(a),), str(a + 1)) for a in numbers[:-1]]
    preceding = [Fact((str(a),), str(a - 1)) for a in numbers[1:]]

    def near(fact: Fact) -> list[str]:
        return [str(n) for n in numbers if str(n) != fact.answer]

    def kind(name: str, facts: list[Fact], *templates: str) -> Kind:
        return Kind(name, "elementary_mathematics", templates, tuple(facts), near)

    return [
        kind("sum", sums, "What is {0} + {1}?", "What is {0} plus {1}?", "Tom has {0} apples and is given {1} more. How many has he now?"),
        kind("difference", differences, "What is {0} - {1}?", "Anna had {0} coins and lost {1} of them. How many are left?"),
        kind("double", doubles, "What is twice {0}?", "What is the double of {0}?"),
        kind("following", following, "Which number comes right after {0}?"),
        kind("preceding", preceding, "Which number comes right before {0}?"),
    ]


def _capitals() -> list[Kind]:
    forward = _pairs(CAPITALS)
    to_city = tuple(Fact((land,), city) for land, city in forward)
    to_land = tuple(Fact((city,), land) for land, city in forward)
    return [
        Kind("capital", "world_geography",
             ("What is the capital of {0}?", "Which city is the capital of {0}?", "The capital of {0} is"),
             to_city, _others(to_city)),
        Kind("country", "world_geography",
             ("Which country has {0} as its capital?", "The city of {0} is the capital of"),
             to_land, _others(to_land)),
    ]


def build_memberships(categories: int | None = None) -> list[Kind]:
    """The two membership kinds, on request with the first few categories only (for early lessons)."""
    return [
        _membership(subject, dict(list(table.items())[:categories]))
        for subject, table in (("living_things", LIVING), ("everyday_objects", OBJECTS))
    ]


def build_world() -> list[Kind]:
    """All kinds of question, in a fixed order."""
    return [
        *build_memberships(),
        _opposites(),
        _relation("similar", "english_vocabulary", SIMILAR,
                  "Which word means nearly the same as {0}?", "Another word for {0} is"),
        *_capitals(),
        _continents(),
        _relation("young", "general_knowledge", YOUNG, "What is a young {0} called?", "The young of {1} is called"),
        _relation("home", "general_knowledge", HOMES, "Where does {1} live?", "The home of {1} is usually called"),
        _relation("user", "general_knowledge", USERS, "Which of these does {1} use at work?", "A thing that {1} often needs is"),
        _relation("made", "general_knowledge", MADE_FROM, "What is needed above all to make {0}?", "The main thing needed to make {0} is"),
        _months(),
        *_arithmetic(),
    ]


def is_held_out(kind: Kind, fact: Fact, wrong: str) -> bool:
    """Whether the combination belongs to the evaluation; a checksum decides, whatever the wording."""
    key = "|".join((kind.name, *fact.words, fact.answer, wrong))
    return zlib.crc32(key.encode()) % 100 < HELD_OUT_PERCENT


class Sampler:
    """Draws questions from one side of the hold-out, either for training or for the benchmark."""

    def __init__(self, kinds: list[Kind], held_out: bool):
        self.options = {
            kind.name: [(fact, pool) for fact in kind.facts if len(pool := self._pool(kind, fact, held_out)) >= 3]
            for kind in kinds
        }

    @staticmethod
    def _pool(kind: Kind, fact: Fact, held_out: bool) -> list[str]:
        return [word for word in kind.wrong(fact) if is_held_out(kind, fact, word) == held_out]

    def draw(self, kind: Kind, rng: random.Random, gold: int | None = None) -> Row:
        """One question of the kind; `gold` fixes the place of the right option."""
        fact, pool = rng.choice(self.options[kind.name])
        choices = rng.sample(pool, 3)
        place = rng.randrange(4) if gold is None else gold
        choices.insert(place, fact.answer)
        question = rng.choice(kind.templates).format(*fact.words)
        return Row(question, kind.subject, tuple(choices), place)
