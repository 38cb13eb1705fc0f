// Registers what pages of the gate and of the back office ask for. Every page is whole without it.
import './parts/office'
import './parts/pages'
import './parts/look'
import './parts/datasets'
import './parts/views'
