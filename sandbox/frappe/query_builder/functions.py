"""SQL functions for queries; the database says so if it lacks one."""

from pypika.functions import *
from pypika.functions import Cast as Cast_
