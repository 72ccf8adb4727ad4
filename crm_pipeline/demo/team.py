"""The invented people and customers of the sample data. Whoever they resemble, it is by chance."""

from typing import NamedTuple

# a reserved domain: nobody has an address here, so these users are recognisable as ours
DOMAIN = "pump-and-valve.example.com"


class Person(NamedTuple):
	"""A user of the sample data."""

	first_name: str
	last_name: str
	roles: tuple[str, ...]

	@property
	def email(self) -> str:
		return f"{self.first_name}.{self.last_name}@{DOMAIN}".lower()


MANAGER = Person("Leela", "Marutham", ("Sales Manager", "Sales User"))
ENGINEERS = (
	Person("Arvind", "Palai", ("Sales User",)),
	Person("Divya", "Neithal", ("Sales User",)),
	Person("Karthik", "Kurinji", ("Sales User",)),
	Person("Meera", "Mullai", ("Sales User",)),
	Person("Nila", "Vanji", ("Sales User",)),
)
APPLICATION_ENGINEER = Person("Farid", "Thumbai", ("Application Engineer",))
PEOPLE = (MANAGER, *ENGINEERS, APPLICATION_ENGINEER)

CUSTOMERS = (
	"Amber Kite Paper Mills",
	"Banyan Gate Chemicals",
	"Blue Heron Sugar Works",
	"Bright Anvil Foundry",
	"Clay Lantern Ceramics",
	"Copper Lotus Refinery",
	"Coral Drum Fertilisers",
	"Cotton Moon Textiles",
	"Deep Well Irrigation Trust",
	"Eastern Mango Foods",
	"Emerald Turtle Desalination",
	"Five Palms Cement",
	"Golden Loom Dyeing",
	"Grey Owl Power",
	"Harbour Light Shipyard",
	"Indigo Elephant Tyres",
	"Jasmine Hill Dairy",
	"Monsoon Arch Water Works",
	"Night Falcon Steel",
	"Old Bridge Pharma",
	"Red Fern Coffee",
	"Silver Reed Breweries",
	"Stone Peacock Mining",
	"Tall Teak Plywood",
	"White Crane Hospitals",
)
